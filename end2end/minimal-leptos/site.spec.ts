// Login, protected page, call of the API, forms and logout, with and without JavaScript.

import { hasScripts } from '../tests/fixtures';
import { addButton, alice, bob, expect, logIn, nameField, products, submitLogin, test, visit, waitForHydration } from './fixtures';

test('a user logs in, sees the data of the API, and logs out', async ({ page }) => {
  await visit(page, '/');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Welcome');
  await page.getByRole('link', { name: 'Log in' }).click();
  await submitLogin(page, alice);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Hello ${alice.name}`);
  await waitForHydration(page);
  await expect(page.getByRole('link', { name: 'Log in' })).toHaveCount(0);

  await page.getByRole('link', { name: 'My products' }).click();
  await expect(products(page).nth(19)).toBeVisible();

  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL('/signed-out');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are logged out');
  await expect(page.getByRole('link', { name: 'Log in' })).toBeVisible();
  await page.goto('/products');
  await expect(page.locator('#username')).toBeVisible();
});

test('the login returns to the protected page, which contains the data of its user', async ({ page, context }) => {
  await page.goto('/products');
  await submitLogin(page, alice);
  await expect(page).toHaveURL('/products');
  const hers = await products(page).allTextContents();
  expect(hers.length).toBeGreaterThanOrEqual(20);
  const html = await (await page.request.get('/products', { headers: { accept: 'text/html' } })).text();
  expect(html).toContain(hers[0]);

  await context.clearCookies();
  await logIn(page, bob);
  await expect(products(page).nth(19)).toBeVisible();
  expect(await products(page).allTextContents()).not.toEqual(hers);
});

test('a form calls the API', async ({ page }) => {
  const name = `Added ${test.info().project.name} ${Date.now()}`;
  await logIn(page, bob);
  await nameField(page).fill(name);
  await addButton(page).click();
  await expect(products(page).filter({ hasText: name })).toHaveCount(1);
  // Without JavaScript, Leptos leaves an empty query.
  await expect(page).toHaveURL(/\/products\??$/);
});

test.describe('a form that fails', () => {
  test.use({ expectedConsoleErrors: /status of 422/ });

  test('shows the error, keeps the input, and puts neither into the URL', async ({ page }) => {
    await logIn(page, alice);
    await nameField(page).fill('ab');
    await addButton(page).click();
    await expect(page.getByRole('alert')).toHaveText('Please enter a name of at least three characters.');
    await expect(nameField(page)).toHaveValue('ab');
    await expect(page).toHaveURL('/products');
    await expect(products(page).filter({ hasText: /^ab$/ })).toHaveCount(0);
    if (hasScripts()) return;

    await page.reload();
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(nameField(page)).toHaveValue('');
  });
});
