// Deleting a product requires a login of the last five minutes. An older one is repeated, and the form is sent after it.
// Adding an expensive one requires a second factor, which the tenant asks for.

import { type Page } from '@playwright/test';

import { alice, bob, expect, hasScripts, logIn, productRows, submitLogin, test, visit } from './fixtures';
import { addPanel, addProduct, deleteProduct, expectDone, openEditor, row, submitProduct, uniqueName } from './product-forms';
import { signIn } from './sign-in';

/** Signs in Bob with an old login, and presses *Delete* of a new product. Returns its name. */
async function requestDeletion(page: Page) {
  await signIn(page, bob, { authenticated_ago: 1_000 });
  await visit(page, './products');
  const name = uniqueName('Step-up');
  await addProduct(page, { name });
  const editor = await openEditor(page, name);
  await editor.getByRole('button', { name: `Delete ${name}`, exact: true }).click();
  await expect(page.locator('#username')).toBeVisible();
  return name;
}

/** The page that sends the form. With JavaScript, it does so itself. */
async function confirm(page: Page) {
  if (hasScripts()) return;
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You confirmed who you are');
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
}

test('after another login, the form is sent once', async ({ page }) => {
  const name = await requestDeletion(page);
  await submitLogin(page, bob);
  await confirm(page);
  await expectDone(page, 'deleted', 'The product was deleted.');
  await expect(row(page, name)).toHaveCount(0);

  // The login is recent now.
  const second = uniqueName('Recent');
  await addProduct(page, { name: second });
  const editor = await openEditor(page, second);
  await editor.getByRole('button', { name: `Delete ${second}`, exact: true }).click();
  await expectDone(page, 'deleted', 'The product was deleted.');
  await expect(productRows(page)).not.toHaveCount(0);
});

/** Logs in Bob at the tenant, and submits the form of an expensive product. Returns its name. */
async function submitExpensiveProduct(page: Page) {
  await logIn(page, bob);
  await visit(page, './products');
  const name = uniqueName('Expensive');
  await submitProduct(page, { name, price: '1000.01' });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Second factor');
  return name;
}

test('an expensive product is added once after the second factor', async ({ page }) => {
  const name = await submitExpensiveProduct(page);
  // The session at the tenant is recent, so it asks for the code only.
  await page.getByLabel('Code').fill((await page.locator('code.code').textContent())!);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await confirm(page);
  await expectDone(page, 'added', 'The product was added.');
  await expect(row(page, name)).toHaveCount(1);

  // The session has the second factor now.
  const second = uniqueName('Also expensive');
  await addProduct(page, { name: second, price: '2000' });
  await deleteProduct(page, second);
  await deleteProduct(page, name);
});

test.describe('with a wrong code', () => {
  test.use({ expectedConsoleErrors: /status of 400/ });

  test('the tenant says so, and the form still waits', async ({ page }) => {
    const name = await submitExpensiveProduct(page);
    const code = (await page.locator('code.code').textContent())!;
    await page.getByLabel('Code').fill(code.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')));
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await expect(page.getByRole('alert')).toContainText('Wrong code');
    await page.getByRole('button', { name: 'Continue with the current code' }).click();
    await confirm(page);
    await expectDone(page, 'added', 'The product was added.');
    await deleteProduct(page, name);
  });
});

test('the form of an expensive product has what the user typed if they go back', async ({ page }) => {
  test.skip(hasScripts(), 'with JavaScript, the form is sent at once');
  const name = await submitExpensiveProduct(page);
  await page.getByRole('button', { name: 'Continue with the current code' }).click();
  await page.getByRole('button', { name: 'Back without sending', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('This needs a second factor, so nothing was done.');
  await expect(addPanel(page).getByLabel('Name')).toHaveValue(name);
  await expect(row(page, name)).toHaveCount(0);
});

test.describe('with another user', () => {
  test.use({ expectedConsoleErrors: /status of 403/ });

  test('the form is not sent, and deleted', async ({ page }) => {
    await requestDeletion(page);
    await submitLogin(page, alice);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('This was entered in another session');
  });
});

test('the user can go back without sending it', async ({ page }) => {
  test.skip(hasScripts(), 'with JavaScript, the form is sent at once');
  const name = await requestDeletion(page);
  await submitLogin(page, bob);
  await page.getByRole('button', { name: 'Back without sending', exact: true }).click();
  await expect(page).toHaveURL(/\/products\?edit=/);
  await expect(page.getByRole('alert')).toContainText('This needs a recent login, so nothing was done.');
  await expect(row(page, name)).toHaveCount(1);
});
