// A session that ends while its page is open: nothing that the user typed is lost.

import { alice, bob, expect, logIn, submitLogin, test, visit, waitForHydration } from './fixtures';
import { addButton, addPanel, deleteProduct, expectDone, fillInProduct, openEditor, row, submitProduct, uniqueName } from './product-forms';

const ENDED = 'Your session had ended, so nothing was saved. Please check what you typed and send it again.';

test('a form leads through the login and comes back as it was typed', async ({ context, page }) => {
  const name = uniqueName('Half a thought');
  await logIn(page, bob);
  await visit(page, '/products');
  await fillInProduct(page, { name, category: 'Thoughts', price: '1.00', stock: '7' });
  await context.clearCookies();
  await addButton(page).click();
  await submitLogin(page, bob);

  await expect(page).toHaveURL('/products');
  await waitForHydration(page);
  const panel = addPanel(page);
  await expect(panel.getByRole('alert')).toHaveText(ENDED);
  for (const [label, value] of [['Name', name], ['Category', 'Thoughts'], ['Price', '1.00'], ['Stock', '7']]) {
    await expect(panel.getByLabel(label)).toHaveValue(value);
  }
  await expect(row(page, name)).toHaveCount(0);

  await addButton(page).click();
  await expectDone(page, 'added', 'The product was added.');
  await expect(row(page, name)).toHaveCount(1);
  await deleteProduct(page, name);
});

test('a new name comes back in the open editor', async ({ context, page }) => {
  const [name, newName] = [uniqueName('Vase'), uniqueName('Jug')];
  await logIn(page, bob);
  await visit(page, '/products');
  await submitProduct(page, { name });
  await expectDone(page, 'added', 'The product was added.');
  const editor = await openEditor(page, name);
  await editor.getByLabel('New name').fill(newName);
  await context.clearCookies();
  await editor.getByRole('button', { name: 'Save' }).click();
  await submitLogin(page, bob);
  await expect(page).toHaveURL(/\/products\?edit=[^&#]+$/);
  await waitForHydration(page);
  await expect(page.locator('.outcome').getByRole('alert')).toHaveText(ENDED);
  await expect(row(page, name).getByLabel('New name')).toHaveValue(newName);
  await row(page, name).getByRole('button', { name: 'Save' }).click();
  await expectDone(page, 'renamed', 'The product was renamed.');
  await deleteProduct(page, newName);
});

test('another user who logs in then does not get the form', async ({ context, page }) => {
  const name = uniqueName('Private thought');
  await logIn(page, alice);
  await visit(page, '/products');
  await fillInProduct(page, { name });
  await context.clearCookies();
  await addButton(page).click();
  await submitLogin(page, bob);
  await expect(page).toHaveURL('/products');
  await expect(page.getByText(ENDED)).toHaveCount(0);
  await expect(addPanel(page).getByLabel('Name')).toHaveValue('');
  await expect(row(page, name)).toHaveCount(0);
});
