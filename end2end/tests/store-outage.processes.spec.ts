// The page of a logout that could not be carried out, because the site cannot write to its store.

import { execFileSync } from 'node:child_process';

import { alice, alive, expect, fillIn, test } from './site';
import { type Site, startSites, stopSites } from './sites';

let sites: Site[] = [];
test.beforeAll(async () => {
  sites = await startSites([{}]);
});
test.afterAll(() => stopSites(sites));

/** From now on the site can write to no file, or can again: a full disk, as far as it can tell. */
const letWrite = (site: Site, may: boolean) =>
  execFileSync('prlimit', [`--pid=${site.program.pid}`, `--fsize=${may ? 'unlimited' : '0'}:`]);

test.describe('while the store cannot be written to', () => {
  test.use({ expectedComplaints: /status of 503/ });

  test('a logout says so, and its button logs out once it can', async ({ page }) => {
    const [site] = sites;
    await page.goto(`${site.url}/profile`);
    await fillIn(page, alice);
    await expect(page).toHaveURL(`${site.url}/profile`);
    await alive(page);
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
