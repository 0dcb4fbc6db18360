import { db } from '@/db/client';
import { databaseTrouble } from '@/db/trouble';
import { metrics } from '@/upkeep/metrics';

export const dynamic = 'force-dynamic';

/** For Prometheus. The door asks for SPICERACK_METRICS_TOKEN where that is set, else for what it asks everywhere. */
export async function GET(): Promise<Response> {
  try {
    return new Response(await metrics(await db()), {
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    });
  } catch (error) {
    const trouble = databaseTrouble(error);
    if (!trouble) throw error;
    return new Response(`${trouble.what}\n`, { status: 503 });
  }
}
