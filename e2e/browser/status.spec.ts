import { expectAccessible, expectAccessibleEverywhere } from './pages/accessible';
import { holdPushes } from './pages/hold-pushes';
import { expect, test } from './pages/test';

test('the status page says what runs, in which versions, and what is missing with what mends it', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('link', { name: 'Status' }).click();
  const runs = page.getByRole('region', { name: 'What runs the jobs' });
  await expect(runs).toContainText('inline');
  await expect(runs).toContainText('SPICERACK_EXECUTOR=inline.');
  const versions = page.getByRole('region', { name: 'Versions' });
  await expect(versions).toContainText(/Spicerack\s*\d+\.\d+\.\d+/);
  await expect(versions).toContainText(/Node\s*\d+\.\d+/);
  await expect(versions).toContainText(/git\s*\d+\.\d+/);
  // A server looks a while after it has started, and the page does not ask all the time.
  await expect(async () => {
    await page.reload();
    const disk = page.getByRole('region', { name: 'Disk' });
    await expect(disk).toContainText(/Database\s*[\d.]+ [KMG]iB/, { timeout: 2000 });
  }).toPass({ timeout: 40_000 });
  await expect(page.getByRole('region', { name: 'What is wrong or missing' })).toContainText('Nothing is wrong.');
  await expectAccessibleEverywhere(page);
});

test('what is missing comes with the command that gets it', async ({ page }) => {
  await page.route('**/api/trpc/system.status*', async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    body.result.data.json.problems = [
      { what: 'The disk of the database is full.', since: new Date().toISOString(), hint: 'Free some room.' },
    ];
    body.result.data.json.programs = [
      { name: 'git', version: null, why: 'No such program.', mend: { needed: true, words: 'Do.', command: 'get git' } },
    ];
    await route.fulfill({ response, json: body });
  });
  await page.goto('/status');
  const missing = page.getByRole('region', { name: 'What is wrong or missing' });
  await expect(missing.getByRole('alert')).toContainText('The disk of the database is full.');
  await expect(missing).toContainText('git: No such program.');
  await expect(missing.getByText('get git', { exact: true })).toBeVisible();
  await expect(missing).not.toContainText('Nothing is wrong.');
  await expectAccessibleEverywhere(page);
});

test('the queue is live, with ages; an error is listed with a link as soon as it happens', async ({
  shopPage,
  shop,
  client,
  page,
}) => {
  test.setTimeout(120_000);
  const repoId = shopPage.id;
  await shop.teamGoesOn();
  await page.goto('/status');
  const queue = page.getByRole('region', { name: 'Queue' });
  await expect(queue).toContainText('Empty');

  const release = await holdPushes(shop.remote);
  const running = await client.jobs.run({ repoId, kind: 'restack_repo' });
  const failing = await client.jobs.run({ repoId, kind: 'rebase_branch', branch: 'catalog/price-rounding' });
  await expect(queue).toContainText('1 running, 1 queued', { timeout: 30_000 });
  const { job } = await client.jobs.get({ jobId: running.jobId });
  await expect(queue.locator(`[data-open="${job.seq}"]`)).toContainText(/for \d/);
  await expect(queue.locator(`[data-open="${job.seq + 1}"]`)).toContainText(
    `queued behind #${job.seq} of the same repo`,
  );
  await expectAccessible(page);
  await release();
  await shop.remote.hook('pre-receive', 'exit 0');

  const errors = page.getByRole('region', { name: 'Last errors' });
  await expect(errors.locator(`[data-error="${job.seq + 1}"]`)).toContainText('CONFLICT', { timeout: 30_000 });
  await expect(queue).toContainText('Empty');
  await errors.getByRole('link', { name: `#${job.seq + 1}` }).click();
  await expect(page).toHaveURL(`/jobs/${failing.jobId}`);
});
