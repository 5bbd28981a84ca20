// The site behind a service worker that forwards all requests. A navigation then has `Sec-Fetch-Dest: empty`.

import { type Page } from '@playwright/test';

import { browser } from '../settings';
import { alice, bob, expect, logIn, logInAs, logOut, productNames, productRows, submitLogin, test, visit, visitFromAnotherSite, waitForHydration } from './fixtures';

// Chromium asks for permission before a worker from a mocked response may access the local network.
const { executablePath, args } = browser.launchOptions;
test.use({ launchOptions: { executablePath, args: [...args, '--disable-features=LocalNetworkAccessChecks'] } });

const WORKER = "self.addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));";

/** Mocks the worker and the page that registers it. */
test.beforeEach(async ({ context, page, baseURL }) => {
  await context.route('**/sw.js', (route) => route.fulfill({ contentType: 'text/javascript', body: WORKER }));
  await context.route('**/register-worker', (route) => route.fulfill({ contentType: 'text/html', body: '<title>worker</title>' }));
  await page.goto('/register-worker');
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/sw.js');
    await navigator.serviceWorker.ready;
  });
  await page.goto(baseURL!);
  await waitForHydration(page);
  expect(await page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
});

const uniqueName = (kind: string) => `${kind} ${test.info().workerIndex} ${Date.now()}`;

async function add(page: Page, name: string) {
  const panel = page.locator('details', { has: page.locator('summary', { hasText: 'Add a product' }) });
  await panel.locator('summary').click();
  for (const [label, value] of [['Name', name], ['Category', 'Tests'], ['Price', '1.00'], ['Stock', '1']]) {
    await panel.getByLabel(label).fill(value);
  }
  await panel.getByRole('button', { name: 'Add product' }).click();
}

const row = (page: Page, name: string) =>
  productRows(page).filter({ has: page.getByRole('rowheader', { name, exact: true }) });

async function remove(page: Page, name: string) {
  await row(page, name).locator('summary').click();
  await row(page, name).getByRole('button', { name: 'Delete' }).click();
  await expect(row(page, name)).toHaveCount(0);
}

test('the link logs in, and the button logs out', async ({ page }) => {
  await logIn(page, alice);
  await logOut(page);
  await page.goto('/profile');
  await expect(page.locator('#username')).toBeVisible();
});

test('a protected page leads to the login and back', async ({ page }) => {
  await page.goto('/products');
  await submitLogin(page, alice);
  await expect(page).toHaveURL('/products');
  await expect(productRows(page)).toHaveCount(20);
});

test('the app submits a form', async ({ page }) => {
  const name = uniqueName('Worker');
  await logIn(page, bob);
  await visit(page, '/products');
  await add(page, name);
  await expect(row(page, name)).toHaveCount(1);
  await remove(page, name);
});

test('the browser submits a form', async ({ page }) => {
  const name = uniqueName('Plain');
  await logIn(page, bob);
  await visit(page, '/products');
  // Bypasses the submit handler of the app.
  await page.evaluate(() => window.addEventListener('submit', (event) => event.stopImmediatePropagation(), true));
  const loaded = page.waitForEvent('load');
  await add(page, name);
  await loaded;
  await expect(page).toHaveURL('/products');
  await waitForHydration(page);
  await expect(row(page, name)).toHaveCount(1);
  await remove(page, name);
});

test('a typed logout URL ends the session', async ({ page }) => {
  await logIn(page, alice);
  await page.goto('/auth/logout');
  if (new URL(page.url()).pathname === '/auth/logout') await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL('/signed-out');
});

test('a cross-site link to the logout asks for confirmation, and its button logs out', async ({ page, baseURL }) => {
  await logIn(page, alice);
  await visitFromAnotherSite(page, `${baseURL}/auth/logout`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Do you want to log out?');
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL('/signed-out');
  await page.goto('/profile');
  await expect(page.locator('#password')).toBeVisible();
});

test.describe('a page of another user', () => {
  test.use({ expectedConsoleErrors: /status of 409/ });

  test('is detected', async ({ context, page }) => {
    const name = uniqueName('Nobody');
    await logIn(page, alice);
    await visit(page, '/products');
    const other = await context.newPage();
    await logInAs(other, bob);
    const reloaded = page.waitForEvent('load');
    await add(page, name);
    await reloaded;
    expect(await productNames(other)).not.toContain(name);
    await waitForHydration(page);
    await expect.poll(() => productNames(page)).toEqual(await productNames(other));
  });
});
