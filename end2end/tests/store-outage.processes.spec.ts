// The page of a logout that fails because the site cannot write to its store.

import { execFileSync } from 'node:child_process';

import { alice, expect, submitLogin, test, waitForHydration } from './fixtures';
import { type Site, startSites, stopSites } from './site-process';

let sites: Site[] = [];
test.beforeAll(async () => {
  sites = await startSites([{}]);
});
test.afterAll(() => stopSites(sites));

/** Sets whether the site can write to files. If not, it behaves as with a full disk. */
const letWrite = (site: Site, may: boolean) =>
  execFileSync('prlimit', [`--pid=${site.program.pid}`, `--fsize=${may ? 'unlimited' : '0'}:`]);

test.describe('while the store cannot be written to', () => {
  test.use({ expectedConsoleErrors: /status of 503/ });

  test('a logout reports it, and its button logs out later', async ({ page }) => {
    const [site] = sites;
    await page.goto(`${site.url}/profile`);
    await submitLogin(page, alice);
    await expect(page).toHaveURL(`${site.url}/profile`);
    await waitForHydration(page);
    letWrite(site, false);
    try {
      await page.getByRole('button', { name: 'Log out' }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Logging out is not possible right now');
    } finally {
      letWrite(site, true);
    }
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page).toHaveURL(`${site.url}/signed-out`);
    await page.goto(`${site.url}/profile`);
    await expect(page.locator('#password')).toBeVisible();
  });
});
