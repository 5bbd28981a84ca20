// Tests that change products do so as Bob and clean up. Alice keeps her twenty.

import { type Page } from '@playwright/test';

import { bob, expect, hasScripts, productRows, test, visit, waitForHydration } from './fixtures';
import { signIn } from './sign-in';

/** A name that no other test and no earlier run uses. */
const uniqueName = (kind: string) => `${kind} ${test.info().project.name} ${test.info().workerIndex} ${Date.now()}`;

const row = (page: Page, name: string) =>
  productRows(page).filter({ has: page.getByRole('rowheader', { name, exact: true }) });

async function add(page: Page, product: { name: string; category?: string; price?: string; stock?: string }) {
  const panel = page.locator('details', { has: page.locator('summary', { hasText: 'Add a product' }) });
  if ((await panel.getAttribute('open')) === null) await panel.locator('summary').click();
  await panel.getByLabel('Name').fill(product.name);
  await panel.getByLabel('Category').fill(product.category ?? 'Tests');
  await panel.getByLabel('Price').fill(product.price ?? '12.50');
  await panel.getByLabel('Stock').fill(product.stock ?? '4');
  await panel.getByRole('button', { name: 'Add product' }).click();
}

async function edit(page: Page, name: string) {
  const editor = row(page, name).locator('details');
  await editor.locator('summary').click();
  return editor;
}

async function remove(page: Page, name: string) {
  const editor = await edit(page, name);
  await editor.getByRole('button', { name: 'Delete' }).click();
  await expect(row(page, name)).toHaveCount(0);
}

const orderButton = (page: Page, name: string) => row(page, name).getByRole('button', { name: `Order 1 ${name}`, exact: true });

/** Returns the orders of a product, newest first. */
const ordersOf = (page: Page, name: string) =>
  page.getByRole('region', { name: 'My orders' }).getByRole('listitem').filter({ hasText: name });

test.beforeEach(async ({ page }) => {
  await signIn(page, bob);
  await visit(page, '/products');
});

test('a product is added, renamed and deleted', async ({ page }) => {
  const [name, newName] = [uniqueName('Lamp'), uniqueName('Lantern')];
  await add(page, { name, category: 'Light', price: '12.50', stock: '4' });
  await expect(row(page, name)).toHaveCount(1);
  await expect(row(page, name)).toContainText('Light');
  await expect(row(page, name)).toContainText('12.50');
  await waitForHydration(page);

  const editor = await edit(page, name);
  await editor.getByLabel('New name').fill(newName);
  await editor.getByRole('button', { name: 'Save' }).click();
  await expect(row(page, newName)).toHaveCount(1);
  await expect(row(page, name)).toHaveCount(0);
  await waitForHydration(page);

  // The API has stored it: a new page shows it as well.
  await visit(page, '/products');
  await expect(row(page, newName)).toHaveCount(1);
  await remove(page, newName);
  await visit(page, '/products');
  await expect(row(page, newName)).toHaveCount(0);
});

test('a name with markup is shown as text', async ({ page }) => {
  const name = `<b>&amp;"'</b> ${uniqueName('Ünïcödé 🙂')}`;
  await add(page, { name });
  await expect(row(page, name)).toHaveCount(1);
  await waitForHydration(page);
  await remove(page, name);
});

test('a product is ordered with one button, and the order is in the list of the other API', async ({ page }) => {
  const name = uniqueName('Vase');
  await add(page, { name });
  const orders = ordersOf(page, name);
  // With JavaScript the page stays, so its second order must not count as a repetition of the first.
  for (const count of [1, 2]) {
    await orderButton(page, name).click();
    await expect(orders).toHaveCount(count);
    await expect(orders.first()).toContainText(`1 × ${name}`);
    await expect(orders.first()).toContainText('placed');
    if (hasScripts()) await expect(page.locator('#done')).toHaveText(`Ordered one ${name}.`);
    await waitForHydration(page);
  }
  await visit(page, '/products');
  await expect(orders).toHaveCount(2);
  await remove(page, name);
});

test('two clicks on the button place one order', async ({ page }) => {
  const name = uniqueName('Bowl');
  await add(page, { name });
  await waitForHydration(page);
  await orderButton(page, name).dblclick();
  await expect(ordersOf(page, name).first()).toBeVisible();
  await visit(page, '/products');
  await expect(ordersOf(page, name)).toHaveCount(1);
  await remove(page, name);
});

test.describe('fields that the API rejects', () => {
  // The browser logs the error status of the server function.
  test.use({ expectedConsoleErrors: /status of 422/ });

  test('a name that is too long is rejected at its field, and form input is kept', async ({ page }) => {
    const name = 'n'.repeat(81);
    await add(page, { name, category: 'Kept', price: '1.00', stock: '7' });
    const panel = page.locator('details', { has: page.locator('summary', { hasText: 'Add a product' }) });
    const field = panel.getByLabel('Name');
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(/at most 80 characters/);
    await expect(field).toHaveValue(name);
    await expect(panel.getByLabel('Category')).toHaveValue('Kept');
    await expect(panel.getByLabel('Stock')).toHaveValue('7');
    if (!hasScripts()) expect(new URL(page.url()).search.length).toBeLessThan(60);
  });

  test('a price that is not a number is rejected at its field', async ({ page }) => {
    await add(page, { name: 'never added', price: 'cheap' });
    const field = page.getByLabel('Price');
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveValue('cheap');
    await visit(page, '/products');
    await expect(row(page, 'never added')).toHaveCount(0);
  });
});

test('the server function returns the list as JSON, with the owner from the token', async ({ page, request }) => {
  const response = await page.request.get('/api/products', { headers: { accept: 'application/json' } });
  expect(response.status()).toBe(200);
  const body = await response.json();
  expect(body.owner).toBe(bob.subject);
  expect(Object.keys(body.products[0]).sort()).toEqual(['category', 'currency', 'id', 'name', 'priceCents', 'stock']);

  const anonymous = await request.get('/api/products', { headers: { accept: 'application/json' } });
  expect(anonymous.status()).toBe(401);
  expect(anonymous.headers()['content-type']).toContain('application/json');
});
