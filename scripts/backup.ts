import { resolve } from 'node:path';
import { readConfig } from '@/config';
import { backUp } from '@/upkeep/backup';
import { UMASK } from '@/upkeep/modes';

/** `npm run backup -- FILE`: the database as one file, also while the server runs. docs/backup.md says the rest. */
const [file, ...more] = process.argv.slice(2);
try {
  if (file === undefined || more.length > 0)
    throw new Error(
      'Name one file: spicerack backup /somewhere/spicerack.db, or npm run backup -- /somewhere/spicerack.db',
    );
  process.umask(UMASK);
  await backUp(readConfig(), resolve(file));
  console.log(`The database is in ${resolve(file)}.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
