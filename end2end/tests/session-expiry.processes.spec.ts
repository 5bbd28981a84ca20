// The notice before an unused session ends.

import { type Page } from '@playwright/test';

import { alice, expect, hasScripts, test, waitForHydration } from './fixtures';
import { type Site, startSites, stopSites } from './site-process';

// Two minutes are the minimum.
const LIMIT = 120;

let sites: Site[] = [];
test.beforeAll(async () => {
  sites = await startSites([{ AUTH0_SESSION_INACTIVITY_DURATION: String(LIMIT) }]);
});
test.afterAll(() => stopSites(sites));
test.beforeEach(() => test.skip(!hasScripts(), 'the notice needs JavaScript'));

const notice = (page: Page) => page.getByRole('alertdialog', { name: 'Are you still there?' });
const stay = (page: Page) => notice(page).getByRole('button', { name: 'Stay signed in' });

/** Opens the profile in a session that was last used a while ago, but not so long that the page extends it. */
async function openUnused(page: Page) {
  const [site] = sites;
  const data = { sub: alice.subject, last_used_ago: 40 };
  const response = await page.request.post(`${site.url}/dev/sign-in`, { data });
  expect(response.status()).toBe(204);
  await page.goto(`${site.url}/profile`);
  await waitForHydration(page);
}

const remaining = (page: Page) =>
  page.evaluate(() => fetch('/auth/session').then((r) => r.json()).then((end) => end.expires_in as number));

test('staying signed in, by keyboard and in one tab, removes the notice in all tabs', async ({ context, page }) => {
  test.slow();
  await openUnused(page);
  const other = await context.newPage();
  await other.goto(page.url());
  await waitForHydration(other);
  await expect(notice(page)).toBeHidden();
  await expect(notice(page)).toBeVisible({ timeout: 40_000 });
  await expect(notice(other)).toBeVisible();
  await expect(notice(page)).toContainText(/You will be signed out in (1:00|0:\d\d), because you have not used this site for a while\./);
  expect(await remaining(page), 'asking does not extend').toBeLessThanOrEqual(60);

  await expect(stay(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(notice(page)).toBeHidden();
  await expect(notice(other)).toBeHidden();
  expect(await remaining(page)).toBeGreaterThan(LIMIT - 10);
});

test.describe('without a connection', () => {
  test.use({ expectedConsoleErrors: /ERR_FAILED/ });

  test('a failure to stay signed in is reported, and a page of another tab removes the notice', async ({ context, page }) => {
    test.slow();
    await page.route('**/auth/session', (route) => route.request().method() === 'POST' ? route.abort() : route.fallback());
    await openUnused(page);
    await expect(stay(page)).toBeVisible({ timeout: 40_000 });
    await stay(page).click();
    await expect(notice(page).getByRole('alert')).toHaveText('That did not work. Please try again.');

    // This page counts as use.
    const other = await context.newPage();
    await other.goto(sites[0].url);
    await waitForHydration(other);
    await expect(notice(page)).toBeHidden();
  });
});
