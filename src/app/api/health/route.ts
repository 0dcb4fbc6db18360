import { sql } from 'drizzle-orm';
import { db } from '@/db/client';

export const dynamic = 'force-dynamic';

/** 200 while the database answers, 503 with the reason when it does not. */
export async function GET(): Promise<Response> {
  try {
    await (await db()).run(sql`select 1`);
    return Response.json({ ok: true });
  } catch (error) {
    return Response.json(
      { ok: false, problem: error instanceof Error ? error.message : String(error) },
      { status: 503 },
    );
  }
}
