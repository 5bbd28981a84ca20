// Two users of one browser: a page that was rendered for one user does nothing in the name of the other. Products would be
// added as Bob, so Alice keeps her twenty.

import { type Page } from '@playwright/test';

import { alice, bob, expect, logIn, logInAs, productNames, productRows, test, visit, withoutChannels } from './fixtures';
import { addButton, addPanel, fillInProduct, uniqueName } from './product-forms';

// The browser logs every error status.
test.use({ expectedConsoleErrors: /status of 409/ });

// Otherwise the page is loaded again before it can send anything.
test.beforeEach(({ context }) => withoutChannels(context));

/** Fetches the product names of the signed-in user. */
async function fetchProductNames(page: Page): Promise<string[]> {
  const { products } = await (await page.request.get('/api/products')).json();
  return products.map(({ name }: { name: string }) => name);
}

/** Asserts that the page explains the rejection and leads to Bob's page. */
async function expectBobsPage(page: Page) {
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Someone else is signed in now');
  await expect(page.getByRole('main')).toContainText(bob.name);
  await page.getByRole('link', { name: 'Open the page again' }).click();
  await expect(page).toHaveURL('/products');
  await page.getByRole('navigation').getByRole('link', { name: 'Profile' }).click();
  await expect(page.getByRole('cell', { name: bob.email, exact: true })).toBeVisible();
  await expect(page.getByText(alice.email)).toHaveCount(0);
}

test('a form of the page of Alice does nothing once Bob is signed in, and leads to his page', async ({ context, page }) => {
  const name = uniqueName('Nobody');
  await logIn(page, alice);
  await visit(page, '/products');
  await fillInProduct(page, { name });

  const other = await context.newPage();
  await logInAs(other, bob);
  await addButton(page).click();
  await expectBobsPage(page);
  expect(await fetchProductNames(other)).not.toContain(name);
});

test('a form that is in flight while the user changes does nothing', async ({ context, page }) => {
  const name = uniqueName('Held');
  await logIn(page, alice);
  await visit(page, '/products');
  await fillInProduct(page, { name });
  let release = () => {};
  const held = new Promise<void>((resolve) => { release = resolve; });
  await page.route('**/api/products', async (route) => {
    await held;
    await route.continue();
  });
  const posted = page.waitForRequest((request) => request.method() === 'POST');
  await addButton(page).click({ noWaitAfter: true });
  await posted;
  const other = await context.newPage();
  await logInAs(other, bob);
  release();
  await expectBobsPage(page);
  expect(await fetchProductNames(other)).not.toContain(name);
});

test('a link of the page of Alice leads to a page of Bob', async ({ context, page }) => {
  await logIn(page, alice);
  const other = await context.newPage();
  await logInAs(other, bob);
  await page.getByRole('navigation').getByRole('link', { name: 'My products' }).click();
  await expect(page).toHaveURL('/products');
  await expect.poll(() => productNames(page)).toEqual(await productNames(other));
});

test('a second login of the same user in another tab keeps the first page usable', async ({ context, page }) => {
  await logIn(page, alice);
  await visit(page, '/products');
  // The form is invalid, so nothing is added.
  await fillInProduct(page, { name: 'x', price: 'cheap' });

  const other = await context.newPage();
  await logInAs(other, alice);
  await expect(productRows(other)).toHaveCount(20);
  await addButton(page).click();
  await expect(addPanel(page).getByLabel('Price')).toHaveAttribute('aria-invalid', 'true');
});

test('a form of a page from before a logout requires a login, and shows Bob none of the input of Alice', async ({ context, page }) => {
  const name = uniqueName('Nobody');
  await logIn(page, alice);
  await visit(page, '/products');
  await fillInProduct(page, { name });

  const other = await context.newPage();
  await visit(other, '/');
  await other.getByRole('button', { name: 'Log out' }).click();
  await expect(other).toHaveURL('/signed-out');
  await addButton(page).click();
  await expect(page.locator('#username')).toBeVisible();
  await logInAs(page, bob);
  await expect(addPanel(page).getByLabel('Name')).toHaveValue('');
  await expect(page.getByText(name)).toHaveCount(0);
});

test('the button "Log out" of the page of Alice ends the session of Bob', async ({ context, page }) => {
  await logIn(page, alice);
  const other = await context.newPage();
  await logInAs(other, bob);
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL('/signed-out');
  await other.goto('/profile');
  await expect(other.locator('#username')).toBeVisible();
});
