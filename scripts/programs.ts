import { ensureInngest } from '@/server/inngest-program';
import type { Found, Missing } from '@/server/programs';
import { ensureBrowser } from './browser';

/** `npm run setup`: gets the programs that are not npm packages, and says what came of it. */
const say = (line: string) => console.error(line);
const outcomes: Record<string, Found | Missing> = {
  'Inngest server': await ensureInngest(say),
  Browser: await ensureBrowser(say),
};
for (const [name, outcome] of Object.entries(outcomes)) {
  if ('program' in outcome) say(`${name}: ${outcome.program} ${outcome.version} (${outcome.how})`);
  else say(`${name}: not to be had\n${outcome.tried.map((line) => `  ${line}`).join('\n')}`);
}
