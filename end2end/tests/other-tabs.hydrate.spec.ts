// What happens in one tab of a browser reaches the others.

import { type Page, chromium } from '@playwright/test';

import { ARGUMENTS, findChromium } from '../chromium.mjs';
import {
  alice, becomeVisible, bob, expect, logIn, logInAs, logOut, productRows, submitLogin, test, visit, waitForHydration, withoutChannels,
} from './fixtures';
import { addPanel, fillInProduct, uniqueName } from './product-forms';

const ended = (page: Page) => page.getByRole('alert').filter({ hasText: 'Your session has ended.' });
const signedOut = (page: Page) => page.getByRole('heading', { level: 1, name: 'You are signed out' });

// A page asks whether it requires a user, and the server rejects requests of a page of another user.
test.use({ expectedConsoleErrors: /status of 4(01|09)/ });

test('a logout in one tab removes the data of the user from the others, and starts no login', async ({ context, page }) => {
  await logIn(page, alice);
  const [products, profile] = [await context.newPage(), await context.newPage()];
  await visit(products, '/products');
  await expect(productRows(products)).toHaveCount(20);
  await visit(profile, '/profile');
  const logins: string[] = [];
  context.on('request', (request) => {
    if (new URL(request.url()).pathname === '/auth/login') logins.push(request.url());
  });

  await logOut(page);
  for (const tab of [products, profile]) {
    await expect(signedOut(tab)).toBeVisible({ timeout: 1_000 });
    await expect(tab).toHaveURL('/signed-out');
    await expect(tab.getByText(alice.name)).toHaveCount(0);
    await expect(tab.getByRole('navigation').getByRole('link', { name: 'Log in' })).toBeVisible();
  }
  expect(logins).toEqual([]);
});

test('a logout in one tab shows the signed-out state of a public page, which stays open', async ({ context, page }) => {
  await logIn(page, alice);
  const home = await context.newPage();
  await visit(home, '/?from=mail');
  await logOut(page);
  await expect(home.getByRole('navigation').getByRole('link', { name: 'Log in' })).toBeVisible({ timeout: 1_000 });
  await expect(home).toHaveURL('/?from=mail');
  await expect(home.getByText(alice.name)).toHaveCount(0);
});

test('a logout is announced even if it ends on a page without scripts', async ({ context, page }) => {
  await logIn(page, alice);
  const other = await context.newPage();
  await visit(other, '/profile');
  await page.route('**/auth/logout', async (route) => {
    expect((await route.fetch({ maxRedirects: 0 })).status()).toBe(303);
    await route.fulfill({ contentType: 'text/html', body: '<h1>Bye</h1>' });
  });
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bye');
  await expect(signedOut(other)).toBeVisible({ timeout: 1_000 });
});

test('the login of another user in one tab loads the others again', async ({ context, page }) => {
  await logIn(page, alice);
  await visit(page, '/profile');
  const other = await context.newPage();
  await logInAs(other, bob);
  await expect(page.getByRole('cell', { name: bob.email, exact: true })).toBeVisible({ timeout: 1_000 });
  await expect(page.getByText(alice.email)).toHaveCount(0);
});

test('a second login of the same user changes nothing in the others', async ({ context, page }) => {
  await logIn(page, alice);
  await visit(page, '/products');
  await fillInProduct(page, { name: 'still here' });
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  const other = await context.newPage();
  await logInAs(other, alice);
  await expect(productRows(other)).toHaveCount(20);
  await expect(addPanel(page).getByLabel('Name')).toHaveValue('still here');
  expect(requests).toEqual([]);
});

test('a session that ends by itself is no logout: the page keeps what was typed, and continues after a login in another tab', async ({ context, page }) => {
  const name = uniqueName('Half a thought');
  await logIn(page, alice);
  await visit(page, '/products');
  await fillInProduct(page, { name });
  await context.clearCookies();
  const other = await context.newPage();
  await visit(other, '/');
  await expect(ended(page)).toBeVisible();
  await expect(addPanel(page).getByLabel('Name')).toHaveValue(name);

  await other.getByRole('navigation').getByRole('link', { name: 'Log in' }).click();
  await submitLogin(other, alice);
  await expect(ended(page)).toHaveCount(0);
  await expect(addPanel(page).getByLabel('Name')).toHaveValue(name);
});

test.describe('without channels', () => {
  test('a logout in another tab shows when the page becomes visible', async ({ context, page }) => {
    await withoutChannels(context);
    await logIn(page, alice);
    await visit(page, '/products');
    const other = await context.newPage();
    await visit(other, '/');
    await logOut(other);
    await expect(ended(page)).toHaveCount(0);
    await becomeVisible(page);
    await expect(ended(page)).toBeVisible();
  });
});

test('a page that becomes visible again and again asks once in five seconds', async ({ page }) => {
  await logIn(page, alice);
  await visit(page, '/profile');
  await page.clock.install();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const turnTo = () => page.evaluate(() => {
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    window.dispatchEvent(new Event('focus'));
  });
  for (let times = 0; times < 5; times += 1) {
    await turnTo();
    await page.clock.runFor(500);
  }
  await expect.poll(() => asked).toEqual(['/auth/user']);
  // The last one was not forgotten.
  await page.clock.runFor(5_000);
  await expect.poll(() => asked).toEqual(['/auth/user', '/auth/user']);
  await page.clock.runFor(60_000);
  expect(asked).toHaveLength(2);
});

test.describe('with the back/forward cache', () => {
  test('Back after a logout shows nothing of the user', async ({ baseURL }) => {
    // Playwright disables the cache.
    const browser = await chromium.launch({
      executablePath: findChromium(), args: ARGUMENTS, ignoreDefaultArgs: ['--disable-back-forward-cache'],
    });
    try {
      const context = await browser.newContext({ baseURL });
      const page = await context.newPage();
      await logIn(page, alice);
      await visit(page, '/profile');
      await expect(page.getByText(alice.email)).not.toHaveCount(0);
      await page.getByRole('link', { name: 'Stockroom', exact: true }).click();
      await expect(page).toHaveURL('/');
      await waitForHydration(page);
      const other = await context.newPage();
      await visit(other, '/');
      await logOut(other);
      await expect(page.getByRole('navigation').getByRole('link', { name: 'Log in' })).toBeVisible();
      await waitForHydration(page);
      // The restored page leaves before the step back is complete.
      await page.goBack({ waitUntil: 'commit' }).catch(() => undefined);
      await expect(page.locator('#username').or(signedOut(page))).toBeVisible();
      await expect(page.getByRole('cell', { name: alice.email, exact: true })).toHaveCount(0);
    } finally {
      await browser.close();
    }
  });
});
