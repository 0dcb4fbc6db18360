import { expectAccessible } from './pages/accessible';
import { expect, test } from './pages/test';

test('every screen is accessible and fits, in light and dark, on a desk and on a phone', async ({
  shopPage,
  shop,
  page,
}) => {
  test.setTimeout(180_000);
  await shop.teamGoesOn();
  const job = await shopPage.restackAll();
  const { id } = shopPage;
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1440, 375]) {
      await test.step(`${colorScheme}, ${width} pixels`, async () => {
        const check = () => expectAccessible(page);
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await page.goto('/');
        await expect(page.getByRole('main').getByRole('link', { name: shop.url })).toBeVisible();
        await check();

        await shopPage.goto(id);
        await shopPage.branch('catalog/price-rounding').says('conflict');
        await check();

        await shopPage.branch('checkout/gift-cards').choose('Move onto…');
        await expect(page.getByRole('dialog')).toBeVisible();
        await check();
        await page.keyboard.press('Escape');

        if (width < 1200) await page.getByRole('button', { name: /^jobs/i }).click();
        await job.open();
        await expect(page.getByRole('region', { name: 'Conflict in src/catalog/price.js' })).toBeVisible();
        await check();
      });
    }
  }
});
