// Silent login, with a site whose pages all have it.

import { type Page } from '@playwright/test';

import { alice, expect, submitLogin, test as base, visit, waitForHydration } from './fixtures';
import { startSites, stopSites } from './site-process';

const test = base.extend<{ baseURL: string }, { siteURL: string }>({
  siteURL: [
    async ({}, use) => {
      const sites = await startSites([{ AUTH0_SILENT_LOGIN: '/' }]);
      await use(sites[0].url);
      await stopSites(sites);
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  baseURL: async ({ siteURL }, use) => use(`${siteURL}/`),
});

/** Counts the authorization requests of the page. */
function authorizationRequests(page: Page) {
  const requests: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.pathname === '/authorize') requests.push(url.searchParams.get('prompt') ?? '');
  });
  return requests;
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 });

test('a visitor without a session at the provider sees the page after one round trip', async ({ page }) => {
  const requests = authorizationRequests(page);
  await visit(page, './');
  await expect(heading(page)).toHaveText('Know what is on your shelves.');
  await page.reload();
  await visit(page, './signed-out');
  await visit(page, './');
  await expect(page.getByRole('navigation').getByRole('link', { name: 'Log in' })).toBeVisible();
  expect(requests).toEqual(['none']);
});

test('a visitor with a session at the provider is signed in without a click, until they log out', async ({ context, page }) => {
  await page.goto('./products');
  await submitLogin(page, alice);
  await expect(page).toHaveURL('./products');
  await waitForHydration(page);

  // A later visit, after the session of the site.
  await context.clearCookies({ name: 'session' });
  await context.clearCookies({ name: 'silent' });
  await visit(page, './');
  await expect(heading(page)).toHaveText(`Hello, ${alice.name}`);

  const requests = authorizationRequests(page);
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(heading(page)).toHaveText('You are signed out');
  await visit(page, './');
  await expect(heading(page)).toHaveText('Know what is on your shelves.');
  expect(requests).toEqual([]);
});
