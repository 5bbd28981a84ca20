// The notice of a session that ended while its page is open.

import { type BrowserContext, type Page } from '@playwright/test';

import { becomeVisible, bob, expect, logIn, submitLogin, test, visit } from './fixtures';
import { addButton, addPanel, deleteProduct, expectDone, fillInProduct, row, uniqueName } from './product-forms';

const notice = (page: Page) => page.getByRole('alert').filter({ hasText: 'Your session has ended.' });

/** Opens a page with a filled form, whose session then ends. */
async function openPageOfEndedSession(context: BrowserContext, page: Page, name: string) {
  await logIn(page, bob);
  await visit(page, '/products');
  await fillInProduct(page, { name });
  await context.clearCookies();
}

test('the end is announced when the page becomes visible, and a login in another tab continues the page', async ({ context, page }) => {
  const name = uniqueName('Half a thought');
  await openPageOfEndedSession(context, page, name);
  await expect(notice(page)).toHaveCount(0);
  await becomeVisible(page);
  await expect(notice(page)).toContainText('What you typed is still here.');
  await expect(addPanel(page).getByLabel('Name')).toHaveValue(name);
  await expect(page).toHaveURL('/products');

  const opened = context.waitForEvent('page');
  await page.getByRole('link', { name: /Log in again in a new tab/ }).click();
  const tab = await opened;
  await submitLogin(tab, bob);
  await expect(tab).toHaveURL('/products');
  await tab.close();
  await becomeVisible(page);
  await expect(notice(page)).toHaveCount(0);
  await expect(addPanel(page).getByLabel('Name')).toHaveValue(name);
  await addButton(page).click();
  await expectDone(page, 'added', 'The product was added.');
  await expect(row(page, name)).toHaveCount(1);
  await deleteProduct(page, name);
});

test.describe('a call of the page', () => {
  test.use({ expectedConsoleErrors: /status of 401/ });

  test('that is rejected announces the end', async ({ context, page }) => {
    const name = uniqueName('Half a thought');
    await openPageOfEndedSession(context, page, name);
    expect(await page.evaluate(() => fetch('/api/products').then((answer) => answer.status))).toBe(401);
    await expect(notice(page)).toBeVisible();
    await expect(addPanel(page).getByLabel('Name')).toHaveValue(name);
  });
});

test('a page that the browser restores after a logout is loaded again', async ({ context, page }) => {
  await logIn(page, bob);
  await visit(page, '/products');
  await context.clearCookies();
  // Playwright disables the back/forward cache, so the page is only told about it.
  await page.evaluate(() => void window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await expect(page.locator('#username')).toBeVisible();
});

test('a page that the browser restores in the same session stays as it is', async ({ page }) => {
  await logIn(page, bob);
  await visit(page, '/products');
  await fillInProduct(page, { name: 'still here' });
  const asked = page.waitForResponse('**/auth/user');
  await page.evaluate(() => void window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  expect((await asked).status()).toBe(200);
  await expect(addPanel(page).getByLabel('Name')).toHaveValue('still here');
  await expect(notice(page)).toHaveCount(0);
});
