import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './pages/test';

/** What axe finds wrong, as lines that name the rule and the place. */
async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}

const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 375]) {
    test(`every screen is accessible and fits, ${colorScheme}, ${width} pixels`, async ({ shopPage, shop, page }) => {
      await shop.teamGoesOn();
      const job = await shopPage.run('Restack all');
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      expect(await violations(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);

      await shopPage.branch('checkout/gift-cards').choose('Move onto…');
      await expect(page.getByRole('dialog')).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');

      await page.goto('/');
      await expect(page.getByRole('main').getByRole('link', { name: shop.url })).toBeVisible();
      expect(await violations(page)).toEqual([]);

      await page.goto(`/repos/${await repoIdOf(page, shop.url)}`);
      if (width < 1200) await page.getByRole('button', { name: /^jobs/i }).click();
      await job.open();
      await expect(page.getByRole('region', { name: 'Conflict in src/catalog/price.js' })).toBeVisible();
      expect(await violations(page)).toEqual([]);
      expect(await overflow(page)).toBe(0);
    });
  }
}

async function repoIdOf(page: Page, url: string): Promise<string> {
  const href = await page.getByRole('main').getByRole('link', { name: url }).getAttribute('href');
  return href?.split('/').at(-1) ?? '';
}
