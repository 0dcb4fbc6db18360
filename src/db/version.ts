import { join } from 'node:path';
import { type Client, LibsqlError } from '@libsql/client';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { TRIGGERS_VERSION, triggerStatements } from './triggers';

/** The migrations of this program, which may be started in another folder than its own (`server.ts`). */
export const migrations = () => ({ migrationsFolder: join(process.env.SPICERACK_PROGRAM_DIR ?? '', 'drizzle') });

/** A database that a newer program has brought up to date: this one knows only some of its tables. */
export class NewerDatabase extends Error {
  override readonly name = 'NewerDatabase';
  constructor() {
    super(
      'This database was brought up to date by a newer version of Spicerack, and this one would damage it. Start that version again; or, to go back, restore the backup from before the upgrade (docs/upgrade.md).',
    );
  }
}

/** Whether the database needs a newer program, one that has all migrations, or one that lacks some. */
export async function schemaOf(client: Client): Promise<'newer' | 'equal' | 'older'> {
  const ours = readMigrationFiles(migrations()).at(-1)?.folderMillis ?? 0;
  const applied = await client
    .execute('select max(created_at) as at from __drizzle_migrations')
    .then(({ rows }) => Number(rows[0]?.at ?? 0))
    .catch((error: unknown) => {
      // A database that is still empty.
      if (error instanceof LibsqlError && /no such table/.test(error.message)) return 0;
      throw error;
    });
  return applied > ours ? 'newer' : applied === ours ? 'equal' : 'older';
}

/**
 * Makes the triggers anew where theirs is another text and no newer program wrote it: while several versions run side
 * by side, those of the newest stay.
 */
export async function makeTriggers(client: Client): Promise<void> {
  const wanted = triggerStatements();
  const creates = wanted.filter((statement) => /^create /i.test(statement)).map(body);
  const [known, version] = await client.batch(
    [`select name, sql from sqlite_master where type = 'trigger'`, `select value from meta where key = 'triggers'`],
    'read',
  );
  const there = new Set(known?.rows.map(({ sql }) => body(String(sql))));
  const writtenBy = Number(version?.rows[0]?.value ?? 0);
  if (writtenBy > TRIGGERS_VERSION) return;
  if (writtenBy === TRIGGERS_VERSION && there.size === creates.length && creates.every((text) => there.has(text)))
    return;
  await client.batch(
    [
      // Those of an older program too that are no more.
      ...(known?.rows ?? []).map(({ name }) => `drop trigger if exists "${String(name)}"`),
      ...wanted,
      {
        sql: `insert into meta (key, value) values ('triggers', ?) on conflict (key) do update set value = excluded.value`,
        args: [String(TRIGGERS_VERSION)],
      },
    ],
    'write',
  );
}

/** SQLite writes the first words of a statement in its own way. */
function body(create: string): string {
  return create.replace(/^create\s+trigger\s+/i, '');
}
