import { chromium } from '@playwright/test';
import { setUpEnvironment } from '@/environment';
import { type Found, findProgram, type Missing, tryRun } from '@/server/programs';

/** Debian's package of the headless shell, and its program. */
const PACKAGE = 'chromium-headless-shell';

/** Arguments under which a system's Chromium runs in a container as well as on a desk. */
export const BROWSER_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Looks for a Chromium: SPICERACK_CHROMIUM (and then nowhere else), Playwright's own download, PATH. The headless shell
 * is the same browser without a window, and takes a sixth less of the processor.
 */
export function findBrowser(): Promise<Found | Missing> {
  const own = process.env.SPICERACK_CHROMIUM;
  const onPath = [PACKAGE, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
  return findProgram(
    'browser',
    ['--version'],
    own
      ? [{ how: 'SPICERACK_CHROMIUM', program: own }]
      : [
          { how: "Playwright's download", program: chromium.executablePath() },
          ...onPath.map((program) => ({ how: 'PATH', program })),
        ],
  );
}

/**
 * Looks for a Firefox, the second browser of some flows: SPICERACK_FIREFOX (and then nowhere else), PATH. Nobody
 * gets one for it: where there is none, its tests are skipped.
 */
export function findFirefox(): Promise<Found | Missing> {
  const own = process.env.SPICERACK_FIREFOX;
  return findProgram(
    'Firefox',
    ['--version'],
    own
      ? [{ how: 'SPICERACK_FIREFOX', program: own }]
      : ['firefox', 'firefox-esr'].map((program) => ({ how: 'PATH', program })),
  );
}

/**
 * Finds a Chromium, or gets one: Playwright's ordinary download, else the system's package where this is
 * Debian's kind of system and we are root.
 * @param log takes one line for people at a time
 */
export async function ensureBrowser(log: (line: string) => void): Promise<Found | Missing> {
  const found = await findBrowser();
  if ('program' in found || process.env.SPICERACK_CHROMIUM) return found;

  const tried = [...found.tried];
  for (const way of [download, systemPackage]) {
    const why = await way(log);
    if (!why) return findBrowser();
    log(`  ${why}`);
    tried.push(why);
  }
  return { missing: found.missing, tried };
}

/** Resolves to null when it worked, else to why not. */
async function download(log: (line: string) => void): Promise<string | null> {
  log('Browser: npx playwright install chromium');
  const outcome = await tryRun('npx', ['--no-install', 'playwright', 'install', 'chromium'], {
    env: setUpEnvironment(),
    timeoutMs: 600_000,
  });
  return outcome.ok ? null : `download: ${outcome.why}`;
}

async function systemPackage(log: (line: string) => void): Promise<string | null> {
  if (process.getuid?.() !== 0) return `apt-get: needs root (sudo apt-get install ${PACKAGE})`;
  log(`Browser: apt-get install ${PACKAGE}`);
  const options = { env: setUpEnvironment({ DEBIAN_FRONTEND: 'noninteractive' }), timeoutMs: 900_000 };
  const install = () => tryRun('apt-get', ['install', '-y', '--no-install-recommends', PACKAGE], options);
  let outcome = await install();
  if (!outcome.ok) {
    // A fresh image has no package lists.
    await tryRun('apt-get', ['update'], options);
    outcome = await install();
  }
  return outcome.ok ? null : `apt-get: ${outcome.why}`;
}
