import { db } from '@/db/client';
import { databaseTrouble, SILENT } from '@/db/trouble';
import { inTime } from '@/time-limit';
import { metrics } from '@/upkeep/metrics';

export const dynamic = 'force-dynamic';

/** How long the database has for all of it, in milliseconds: Prometheus itself gives up after ten seconds. */
const ANSWERS_WITHIN_MS = 5000;

/** For Prometheus. The door asks for SPICERACK_METRICS_TOKEN where that is set, else for what it asks everywhere. */
export async function GET(): Promise<Response> {
  try {
    const measured = await inTime(ANSWERS_WITHIN_MS, db().then(metrics), null);
    if (measured === null) return new Response(`${SILENT.what}\n`, { status: 503 });
    return new Response(measured, {
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    });
  } catch (error) {
    const trouble = databaseTrouble(error);
    if (!trouble) throw error;
    return new Response(`${trouble.what}\n`, { status: 503 });
  }
}
