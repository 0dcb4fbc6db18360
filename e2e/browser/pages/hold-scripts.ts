import type { Page } from '@playwright/test';

/** From now on scripts that the page loads are on their way until they are let through, as on a slow line. */
export async function holdScripts(page: Page): Promise<{ letThrough(): void }> {
  let letThrough = () => {};
  const open = new Promise<void>((resolve) => {
    letThrough = resolve;
  });
  await page.route('**/_next/static/**', async (route) => {
    await open;
    await route.continue();
  });
  return { letThrough };
}
