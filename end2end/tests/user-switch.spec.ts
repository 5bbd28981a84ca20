// Two users of one browser: a page that was rendered for one user does nothing in the name of the other. Products would be
// added as Bob, so Alice keeps her twenty.

import { type Page } from '@playwright/test';

import { alice, bob, expect, hasScripts, logIn, logInAs, productRows, test, visit, waitForHydration } from './fixtures';

// The browser logs every error status.
test.use({ expectedConsoleErrors: /status of 4(01|09|22)/ });

const panel = (page: Page) => page.locator('details', { has: page.locator('summary', { hasText: 'Add a product' }) });

async function fillInProduct(page: Page, name: string) {
  if ((await panel(page).getAttribute('open')) === null) await panel(page).locator('summary').click();
  for (const [label, value] of [['Name', name], ['Category', 'Tests'], ['Price', '1.00'], ['Stock', '1']]) {
    await panel(page).getByLabel(label).fill(value);
  }
}

const send = (page: Page) => panel(page).getByRole('button', { name: 'Add product' }).click();

const uniqueName = () => `Nobody's ${test.info().project.name} ${test.info().workerIndex} ${Date.now()}`;

/** Fetches the product names of the signed-in user. */
async function fetchProductNames(page: Page): Promise<string[]> {
  const { products } = await (await page.request.get('/api/products')).json();
  return products.map(({ name }: { name: string }) => name);
}

/** Asserts that a rejected page ends as Bob's, with an explanation if there is no JavaScript. */
async function expectBobsPage(page: Page) {
  if (!hasScripts()) {
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Someone else is signed in now');
    await expect(page.getByRole('main')).toContainText(bob.name);
    await page.getByRole('link', { name: 'Open the page again' }).click();
  }
  await expect(page).toHaveURL('/products');
  await page.getByRole('navigation').getByRole('link', { name: 'Profile' }).click();
  await expect(page.getByRole('cell', { name: bob.email, exact: true })).toBeVisible();
  await expect(page.getByText(alice.email)).toHaveCount(0);
}

test('a form of the page of Alice does nothing once Bob is signed in, and the page becomes his', async ({ context, page }) => {
  const name = uniqueName();
  await logIn(page, alice);
  await visit(page, '/products');
  await fillInProduct(page, name);

  const other = await context.newPage();
  await logInAs(other, bob);
  const reloaded = hasScripts() ? page.waitForEvent('load') : undefined;
  await send(page);
  await reloaded;
  await waitForHydration(page);
  await expectBobsPage(page);
  expect(await fetchProductNames(other)).not.toContain(name);
});

test('a second login of the same user in another tab keeps the first page usable', async ({ context, page }) => {
  await logIn(page, alice);
  await visit(page, '/products');
  // The form is invalid, so nothing is added.
  await fillInProduct(page, 'x');
  await panel(page).getByLabel('Price').fill('cheap');

  const other = await context.newPage();
  await logInAs(other, alice);
  await expect(productRows(other)).toHaveCount(20);
  await send(page);
  await expect(panel(page).getByLabel('Price')).toHaveAttribute('aria-invalid', 'true');
});

test('a form of a page from before a logout requires a login, and shows Bob none of the input of Alice', async ({ context, page }) => {
  const name = uniqueName();
  await logIn(page, alice);
  await visit(page, '/products');
  await fillInProduct(page, name);

  const other = await context.newPage();
  await visit(other, '/');
  await other.getByRole('button', { name: 'Log out' }).click();
  await expect(other).toHaveURL('/signed-out');
  await send(page);
  if (hasScripts()) {
    await expect(page.getByText('Your session has ended.')).toBeVisible();
  } else {
    await expect(page.locator('#username')).toBeVisible();
  }
  await logInAs(page, bob);
  await expect(panel(page).getByLabel('Name')).toHaveValue('');
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
