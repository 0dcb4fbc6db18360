import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { settings } from '@/config';

/** Before which setting a part of the page begins. */
const PARTS: Readonly<Record<string, string>> = {
  PORT: 'Where it listens, and how it is reached',
  SPICERACK_TOKEN: 'Who may come in',
  SPICERACK_DATA_DIR: 'Data',
  SPICERACK_BUILD: 'Start and log',
  SPICERACK_EXECUTOR: 'Jobs',
  SPICERACK_ALLOW_LOCAL: 'Remotes and git',
  GITHUB_TOKEN: 'GitHub',
  INNGEST_BASE_URL: 'Inngest',
};

const BEGIN = `# Settings

Environment variables, read once at the start. Each has a default; a wrong one keeps the server from starting, with a sentence that says what to write instead. An empty one counts as left out.
`;

/** docs/settings.md, of what `config.ts` knows. */
export function settingsPage(): string {
  const rows = settings().map(({ name, unset, meaning }) => {
    const part = PARTS[name];
    const head = part ? `\n## ${part}\n\n| Variable | Without it | Meaning |\n|---|---|---|\n` : '';
    return `${head}| \`${name}\` | ${unset} | ${meaning} |\n`;
  });
  return `${BEGIN}${rows.join('')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync('docs/settings.md', settingsPage());
