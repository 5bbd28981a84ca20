// Deleting a product requires a login of the last five minutes. An older one is repeated, and the form is sent after it.

import { type Page } from '@playwright/test';

import { alice, bob, expect, hasScripts, productRows, submitLogin, test, visit } from './fixtures';
import { addProduct, expectDone, openEditor, row, uniqueName } from './product-forms';
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
