import { type Page } from '@playwright/test';

import { alice, bob, expect, fillIn, logIn, productRows, test, visit } from './site';

/** Whether the page is still the one that was loaded. */
const remember = (page: Page) => page.evaluate(() => void Object.assign(window, { remembered: true }));
const isSamePage = (page: Page) => page.evaluate(() => 'remembered' in window);

test('links between pages do not load a new one, and move the focus to its heading', async ({ page }) => {
  await logIn(page, alice);
  await remember(page);
  await page.getByRole('navigation').getByRole('link', { name: 'My products' }).click();
  await expect(productRows(page)).toHaveCount(20);
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(page.getByRole('navigation').getByRole('link', { name: 'My products' })).toHaveAttribute('aria-current', 'page');
  await page.getByRole('navigation').getByRole('link', { name: 'Profile' }).click();
  await expect(page.getByRole('cell', { name: alice.email, exact: true })).toBeVisible();
  await expect(page).toHaveTitle(/Profile/);
  await page.goBack();
  await expect(productRows(page)).toHaveCount(20);
  expect(await isSamePage(page)).toBe(true);
});

test('a protected link that a stranger follows loads the login, and Back leads home', async ({ page }) => {
  await visit(page, '/');
  await remember(page);
  await page.evaluate(() => {
    const link = Object.assign(document.createElement('a'), { href: '/products?sort=name', textContent: 'deep link' });
    document.querySelector('main')!.append(link);
  });
  const login = page.waitForRequest((request) => new URL(request.url()).pathname === '/auth/login');
  await page.getByRole('link', { name: 'deep link' }).click();
  const request = await login;
  expect(request.isNavigationRequest()).toBe(true);
  expect(new URL(request.url()).search).toBe('?returnTo=%2Fproducts%3Fsort%3Dname');
  await expect(page.locator('#username')).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL('/');
  await page.goForward();
  await fillIn(page, alice);
  await expect(page).toHaveURL('/products?sort=name');
});

test.describe('a session that ends while its page is open', () => {
  test.use({ expectedComplaints: /status of 401/ });

  test('is announced, and what was typed is still there', async ({ context, page }) => {
    await logIn(page, bob);
    await visit(page, '/products');
    const panel = page.locator('details', { has: page.locator('summary', { hasText: 'Add a product' }) });
    await panel.locator('summary').click();
    await panel.getByLabel('Name').fill('Half a thought');
    await panel.getByLabel('Category').fill('Tests');
    await panel.getByLabel('Price').fill('1.00');
    await panel.getByLabel('Stock').fill('1');
    await context.clearCookies();
    await panel.getByRole('button', { name: 'Add product' }).click();

    const notice = page.getByRole('alert').filter({ hasText: 'Your session has ended.' });
    await expect(notice.first()).toBeVisible();
    await expect(panel.getByLabel('Name')).toHaveValue('Half a thought');
    await expect(page).toHaveURL('/products');

    // Logging in again happens elsewhere; this page then goes on.
    const opened = context.waitForEvent('page');
    await page.getByRole('link', { name: /Log in again in a new tab/ }).click();
    const tab = await opened;
    await fillIn(tab, bob);
    await expect(tab).toHaveURL('/products');
    await tab.close();
    await page.bringToFront();
    // A headless browser shows all of its tabs at once, and so never says that one of them came to the front.
    await page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
    await expect(page.getByText('Your session has ended.')).toHaveCount(0);
    await expect(panel.getByLabel('Name')).toHaveValue('Half a thought');
    await panel.getByRole('button', { name: 'Add product' }).click();
    const added = productRows(page).filter({ hasText: 'Half a thought' });
    await expect(added).toHaveCount(1);
    await expect(page.getByText('Your session has ended.')).toHaveCount(0);

    await added.locator('summary').click();
    await added.getByRole('button', { name: 'Delete' }).click();
    await expect(added).toHaveCount(0);
  });
});
