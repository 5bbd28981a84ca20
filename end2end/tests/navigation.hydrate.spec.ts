import { type Page } from '@playwright/test';

import { alice, bob, expect, logIn, productRows, submitLogin, test, visit } from './fixtures';
import { signIn } from './sign-in';

/** Returns whether the page was not reloaded. */
const remember = (page: Page) => page.evaluate(() => void Object.assign(window, { remembered: true }));
const isSamePage = (page: Page) => page.evaluate(() => 'remembered' in window);

test('links navigate without a load and move the focus to the heading', async ({ page }) => {
  await signIn(page, alice);
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

test('a protected link loads the login for anonymous users, and Back returns to the start page', async ({ page }) => {
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
  await submitLogin(page, alice);
  await expect(page).toHaveURL('/products?sort=name');
});

test.describe('a session that ends while its page is open', () => {
  test.use({ expectedConsoleErrors: /status of 401/ });

  test('is announced, and form input is kept', async ({ context, page }) => {
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

    // The login happens in another tab; this page then continues.
    const opened = context.waitForEvent('page');
    await page.getByRole('link', { name: /Log in again in a new tab/ }).click();
    const tab = await opened;
    await submitLogin(tab, bob);
    await expect(tab).toHaveURL('/products');
    await tab.close();
    await page.bringToFront();
    // A headless browser shows all tabs at once and never fires this event itself.
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
