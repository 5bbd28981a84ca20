import { type Page } from '@playwright/test';

import { bob, expect, test, visit, waitForHydration } from './fixtures';
import { addPanel, addProduct, deleteProduct, expectDone, openEditor, row, submitProduct, uniqueName } from './product-forms';
import { signIn } from './sign-in';

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
  await addProduct(page, { name, category: 'Light', price: '12.50', stock: '4' });
  await expect(row(page, name)).toHaveCount(1);
  await expect(row(page, name)).toContainText('Light');
  await expect(row(page, name)).toContainText('12.50');

  const editor = await openEditor(page, name);
  await editor.getByLabel('New name').fill(newName);
  await editor.getByRole('button', { name: 'Save' }).click();
  await expectDone(page, 'renamed', 'The product was renamed.');
  await expect(row(page, newName)).toHaveCount(1);
  await expect(row(page, name)).toHaveCount(0);

  // The API has stored it: a new page shows it as well.
  await visit(page, '/products');
  await expect(row(page, newName)).toHaveCount(1);
  await deleteProduct(page, newName);
  await visit(page, '/products');
  await expect(row(page, newName)).toHaveCount(0);
});

test('a reload of the confirmation adds nothing again', async ({ page }) => {
  const name = uniqueName('Once');
  await addProduct(page, { name });
  await page.reload();
  await expect(row(page, name)).toHaveCount(1);
  await deleteProduct(page, name);
});

test('the editor of a row is opened and closed by a link', async ({ page }) => {
  const name = uniqueName('Shelf');
  await addProduct(page, { name });
  const editor = await openEditor(page, name);
  await expect(editor.getByLabel('New name')).toHaveValue(name);
  await expect(page.getByRole('link', { name: /^Close / })).toHaveCount(1);
  await page.getByRole('link', { name: `Close ${name}`, exact: true }).click();
  await expect(page).toHaveURL('/products');
  await expect(page.locator('#editor')).toHaveCount(0);
  await waitForHydration(page);
  await deleteProduct(page, name);
});

test('a name with markup is shown as text', async ({ page }) => {
  const name = `<b>&amp;"'</b> ${uniqueName('Ünïcödé 🙂')}`;
  await addProduct(page, { name });
  await expect(row(page, name)).toHaveCount(1);
  await deleteProduct(page, name);
});

test('a product is ordered with one button, and the order is in the list of the other API', async ({ page }) => {
  const name = uniqueName('Vase');
  await addProduct(page, { name });
  const orders = ordersOf(page, name);
  for (const count of [1, 2]) {
    await orderButton(page, name).click();
    await expect(orders).toHaveCount(count);
    await expect(orders.first()).toContainText(`1 × ${name}`);
    await expect(orders.first()).toContainText('placed');
    await expectDone(page, 'ordered', 'Your order was placed.');
  }
  await visit(page, '/products');
  await expect(orders).toHaveCount(2);
  await deleteProduct(page, name);
});

test('two clicks on the button place one order', async ({ page }) => {
  const name = uniqueName('Bowl');
  await addProduct(page, { name });
  await orderButton(page, name).dblclick();
  await expect(ordersOf(page, name).first()).toBeVisible();
  await visit(page, '/products');
  await expect(ordersOf(page, name)).toHaveCount(1);
  await deleteProduct(page, name);
});

test('a name that is too long is rejected at its field, and form input is kept', async ({ page }) => {
  const name = 'n'.repeat(81);
  await submitProduct(page, { name, category: 'Kept', price: '1.00', stock: '7' });
  const panel = addPanel(page);
  const field = panel.getByLabel('Name');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(/at most 80 characters/);
  await expect(field).toBeFocused();
  await expect(field).toHaveValue(name);
  await expect(panel.getByLabel('Category')).toHaveValue('Kept');
  await expect(panel.getByLabel('Category')).not.toHaveAttribute('aria-invalid');
  await expect(panel.getByLabel('Stock')).toHaveValue('7');
  await expect(panel.getByRole('alert')).toHaveText('Please correct the marked fields. Nothing was saved yet.');
  // Neither the error nor what was typed is in the URL.
  await expect(page).toHaveURL('/products');
});

test('a price that is not a number is rejected at its field, which has the focus, once', async ({ page }) => {
  await submitProduct(page, { name: 'never added', price: 'cheap' });
  const field = addPanel(page).getByLabel('Price');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveValue('cheap');
  await expect(field).toBeFocused();
  await visit(page, '/products');
  await expect(field).not.toHaveAttribute('aria-invalid');
  await expect(field).toHaveValue('');
  await expect(row(page, 'never added')).toHaveCount(0);
});

test('a corrected form is accepted', async ({ page }) => {
  const name = uniqueName('Corrected');
  await submitProduct(page, { name, stock: 'many' });
  const field = addPanel(page).getByLabel('Stock');
  await expect(field).toBeFocused();
  await waitForHydration(page);
  await field.fill('3');
  await addPanel(page).getByRole('button', { name: 'Add product' }).click();
  await expectDone(page, 'added', 'The product was added.');
  await expect(row(page, name)).toHaveCount(1);
  await deleteProduct(page, name);
});

test('a new name that is too long is rejected in the editor, which stays open', async ({ page }) => {
  const [name, tooLong] = [uniqueName('Chair'), 'n'.repeat(81)];
  await addProduct(page, { name });
  const editor = await openEditor(page, name);
  await editor.getByLabel('New name').fill(tooLong);
  await editor.getByRole('button', { name: 'Save' }).click();
  const field = row(page, name).getByLabel('New name');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(/at most 80 characters/);
  await expect(field).toBeFocused();
  await expect(field).toHaveValue(tooLong);
  await visit(page, '/products');
  await expect(row(page, name)).toHaveCount(1);
  await deleteProduct(page, name);
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
