import { sql } from 'drizzle-orm';
import { db } from '@/db/client';
import { databaseTrouble } from '@/db/trouble';

export const dynamic = 'force-dynamic';

/** 200 while the database answers, 503 with the reason when it does not. Whoever asks, so it names no path and no host. */
export async function GET(): Promise<Response> {
  try {
    await (await db()).run(sql`select 1`);
    return Response.json({ ok: true });
  } catch (error) {
    const trouble = databaseTrouble(error);
    if (!trouble) console.error('The database does not answer:', error);
    return Response.json({ ok: false, problem: trouble?.what ?? 'The database does not answer.' }, { status: 503 });
  }
}
