// The Tokens page, for developers. It has no scripts, so it is the same with and without JavaScript.

import { type Page } from '@playwright/test';

import { alice, expect, hasScripts, logIn, test, visit } from './fixtures';

/** The section of an API with its tokens. */
const branch = (page: Page, title: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { level: 2, name: title }) });

test.beforeEach(async ({ page }) => {
  await logIn(page, alice);
});

test('the navigation links to the page, which shows the tokens of both APIs', async ({ page }) => {
  await visit(page, '/products');
  await page.getByRole('navigation').getByRole('link', { name: 'Tokens' }).click();
  await expect(page).toHaveURL('/tokens');
  await expect(page).toHaveTitle(/^Tokens/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Tokens');
  await expect(page.getByRole('navigation').getByRole('link', { name: 'Tokens' })).toHaveAttribute('aria-current', 'page');
  for (const [title, audience] of [
    ['Products API', 'https://products.example.com'],
    ['Orders API', 'https://orders.example.com'],
  ]) {
    const drawn = branch(page, title);
    await expect(drawn).toContainText('✓ ready');
    await expect(drawn).toContainText(audience);
    await expect(drawn).toContainText(/Expires in \d+ h/);
  }
  // The way back works without scripts.
  await page.getByRole('navigation').getByRole('link', { name: 'Profile' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Profile');
});

test('the page has no scripts', async ({ page }) => {
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
  await visit(page, '/tokens');
  await page.waitForLoadState('networkidle');
  expect(loaded.filter((path) => /\.(js|wasm)$/.test(path))).toEqual([]);
  expect(loaded).toContain('/tokens/style.css');
});

test('a button requests a token', async ({ page }) => {
  await visit(page, '/tokens');
  const orders = branch(page, 'Orders API');
  await expect(orders).toContainText('○ not asked for yet');
  await orders.getByRole('button', { name: 'Get a token' }).click();
  await expect(page).toHaveURL('/tokens');
  await expect(orders).toContainText('✓ ready');
  await expect(orders.getByRole('button', { name: 'Renew this token' })).toBeVisible();
});

test('a revoked refresh token disappears, and a login brings a new one', async ({ page }) => {
  await visit(page, '/tokens');
  await page.getByRole('button', { name: 'Revoke it' }).click();
  await expect(page.getByText('✗ none')).toBeVisible();
  await branch(page, 'Orders API').getByRole('link', { name: 'Log in again' }).click();
  await expect(page).toHaveURL('/tokens');
  await expect(page.getByText('✓ held')).toBeVisible();
});

test('the claims expand and contain no token', async ({ page }) => {
  await visit(page, '/tokens');
  const products = branch(page, 'Products API');
  await products.getByText(/^Claims/).click();
  await expect(products.getByRole('definition').filter({ hasText: alice.subject })).toBeVisible();
  expect(await page.content()).not.toMatch(/eyJ[\w-]{8,}/);
});

test('the expiry bar is animated, unless reduced motion is preferred', async ({ page }) => {
  await visit(page, '/tokens');
  const bar = page.locator('svg.life').first();
  await expect(bar.locator('.moving')).toBeVisible();
  await expect(bar.locator('.still')).toBeHidden();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await expect(bar.locator('.still')).toBeVisible();
  await expect(bar.locator('.moving')).toBeHidden();

  // Measuring it requires JavaScript.
  if (!hasScripts()) return;
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  const width = () => bar.locator('.moving').evaluate((rect) => (rect as SVGRectElement).width.animVal.value);
  const first = await width();
  await expect.poll(width).toBeLessThan(first);
});
