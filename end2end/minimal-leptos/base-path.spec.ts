// The example below a path of its host, behind a proxy that passes on nothing else.

import { hasScripts } from '../tests/fixtures';
import { addButton, alice, bob, expect, nameField, products, submitLogin, test, visit, waitForHydration } from './fixtures';

test.use({ basePath: '/shop' });

test('a user logs in, opens the products by a link, adds one, and logs out', async ({ page, env }) => {
  const name = `Added ${test.info().project.name} ${Date.now()}`;
  await visit(page, env.site);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Welcome');
  await page.getByRole('link', { name: 'Log in' }).click();
  await submitLogin(page, bob);
  await expect(page).toHaveURL(env.site);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Hello ${bob.name}`);
  await waitForHydration(page);

  await page.getByRole('link', { name: 'My products' }).click();
  await expect(page).toHaveURL('./products');
  await expect(products(page).nth(19)).toBeVisible();
  await waitForHydration(page);
  await nameField(page).fill(name);
  await addButton(page).click();
  await expect(products(page).filter({ hasText: name })).toHaveCount(1);
  await expect(page).toHaveURL(/\/shop\/products\??$/);

  await page.getByRole('link', { name: 'Home' }).click();
  await expect(page).toHaveURL(env.site);
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL('./signed-out');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are logged out');
});

test('the login for a protected page returns there', async ({ page, context, env }) => {
  await visit(page, './');
  await page.getByRole('link', { name: 'My products' }).click();
  await submitLogin(page, alice);
  await expect(page).toHaveURL('./products');
  await expect(products(page).nth(19)).toBeVisible();
  const cookies = await context.cookies(`${env.site}/products`);
  expect(new Set(cookies.map(({ path }) => path))).toEqual(new Set(['/shop']));
});

test('links of the app do not load a document', async ({ page }) => {
  test.skip(!hasScripts(), 'the router is a script');
  await page.goto('./products');
  await submitLogin(page, alice);
  await waitForHydration(page);
  await page.evaluate(() => { (window as any).same = true; });
  for (const [link, heading] of [['Home', `Hello ${alice.name}`], ['My products', 'My products']]) {
    await page.getByRole('link', { name: link }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
  }
  await expect(products(page).nth(19)).toBeVisible();
  expect(await page.evaluate(() => (window as any).same)).toBe(true);
});

test.describe('a form that fails', () => {
  test.use({ expectedConsoleErrors: /status of 422/ });

  test('shows the error and keeps the input', async ({ page }) => {
    await page.goto('./products');
    await submitLogin(page, alice);
    await waitForHydration(page);
    await nameField(page).fill('ab');
    await addButton(page).click();
    await expect(page.getByRole('alert')).toHaveText('Please enter a name of at least three characters.');
    await expect(nameField(page)).toHaveValue('ab');
    await expect(page).toHaveURL('./products');
  });
});

test.describe('an unknown path', () => {
  test.use({ expectedConsoleErrors: /status of 404/ });

  test('gets the page of the app', async ({ page }) => {
    expect((await visit(page, './no-such-page'))?.status()).toBe(404);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Not found');
  });
});
