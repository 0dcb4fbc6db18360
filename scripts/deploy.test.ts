import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readConfig } from '@/config';
import { testDatabase } from '@/testing/database';
import { diskUse, setDiskUse } from '@/upkeep/disk-use';
import { metrics } from '@/upkeep/metrics';

/** The examples for operators, held against the programs that read them, where those are there. nginx's: `nginx.test.ts`. */

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(root + file, 'utf8');
const isThere = (program: string, version = '--version') => spawnSync(program, [version]).status === 0;

test.runIf(isThere('systemd-analyze'))('systemd knows every line of spicerack.service', () => {
  const dir = mkdtempSync(join(tmpdir(), 'spicerack-unit-'));
  const unit = join(dir, 'spicerack.service');
  writeFileSync(unit, read('deploy/spicerack.service').replace('/usr/bin/node', process.execPath));
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
  rmSync(dir, { recursive: true });
  expect([status, stdout, stderr]).toEqual([0, '', '']);
});

test.runIf(isThere('caddy', 'version'))('Caddy takes the Caddyfile', () => {
  const env = { NODE_ENV: 'test' as const, PATH: process.env.PATH, HOME: tmpdir(), PUBLIC_HOST: 'rack.example.com' };
  const args = ['adapt', '--config', `${root}deploy/Caddyfile`, '--adapter', 'caddyfile'];
  expect(execFileSync('caddy', args, { env, encoding: 'utf8', stdio: 'pipe' })).toContain('/api/ready');
});

test('a server takes the settings of compose.yaml, and those of install.md that they want', () => {
  const [, app = ''] = read('deploy/compose.yaml').match(/^x-app:([\s\S]*?)^services:/m) ?? [];
  const given: Record<string, string> = {
    PUBLIC_HOST: 'rack.example.com',
    ...Object.fromEntries(
      ['SPICERACK_TOKEN', 'INNGEST_EVENT_KEY', 'INNGEST_SIGNING_KEY'].map((name) => [name, 'ab'.repeat(24)]),
    ),
  };
  const [, asked = ''] = read('docs/install.md').match(/deploy\/\.env <<EOF\n([\s\S]*?)EOF/) ?? [];
  expect([...asked.matchAll(/^(\w+)=/gm)].map(([, name]) => name)).toEqual(Object.keys(given));
  const settings = Object.fromEntries(
    [...app.matchAll(/^ {4}([A-Z_]+): (.+)$/gm)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\$\{(\w+):\?[^}]*\}/g, (_all, wanted: string) => given[wanted] ?? ''),
    ]),
  );
  const config = readConfig({ HOST: '0.0.0.0', ...settings });
  expect(config).toMatchObject({
    publicUrl: 'https://rack.example.com',
    inngest: { baseUrl: 'http://inngest:8288', serveOrigin: 'http://proxy:8081', signingKey: 'ab'.repeat(24) },
  });
});

test.runIf(isThere('promtool'))('Prometheus takes alerts.yml', () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', `${root}deploy/alerts.yml`]);
  expect([status, String(stdout) + String(stderr)]).toEqual([0, expect.stringContaining('SUCCESS')]);
});

test('each measure that the alerts and the documents name is one that a server tells, with those labels', async () => {
  const database = await testDatabase();
  setDiskUse(await diskUse(tmpdir(), database.db));
  const told = await metrics(database.db);
  await database.close();
  const files = [
    'deploy/alerts.yml',
    ...readdirSync(`${root}docs`)
      .filter((file) => file.endsWith('.md'))
      .map((file) => `docs/${file}`),
  ];
  const named = files.flatMap((file) => [...read(file).matchAll(/\bspicerack_([a-z_]+)(\{[^}]+\})?/g)]);
  expect(named.length).toBeGreaterThan(20);
  const isTold = (name = '', labels = '') =>
    labels ? told.includes(`\nspicerack_${name}${labels} `) : told.includes(`# HELP spicerack_${name} `);
  expect(named.filter(([, name, labels]) => !isTold(name, labels)).map(([words]) => words)).toEqual([]);
});

test('the table of alerts and alerts.yml are of the same measures', () => {
  const named = (text: string) => [...new Set(text.match(/\bspicerack_[a-z_]+/g))].sort();
  const [, table = ''] = read('docs/monitoring.md').split('## Alerts that matter');
  const slow = /accept_seconds|accepted|feed_lag|feed_reads/;
  expect(named(read('deploy/alerts.yml')).filter((name) => !slow.test(name))).toEqual(named(table));
});

test('the lines for nginx in docs/proxies.md are those of nginx.conf', () => {
  const location = (file: string) => read(file).match(/^ {2}location \/ \{[\s\S]*?\n {2}\}$/m)?.[0];
  expect(location('docs/proxies.md')).toBe(location('deploy/nginx.conf'));
});

test('the lines for nginx in docs/nodes.md are those of nginx-nodes.conf', () => {
  const blocks = [...read('docs/nodes.md').matchAll(/```nginx\n([\s\S]*?)```/g)].map(([, lines = '']) => lines);
  expect(blocks.map((lines) => read('deploy/nginx-nodes.conf').includes(lines))).toEqual([true, true]);
});
