// The session of a page that is open, and navigation inside the app.

import { addButton, alice, becomeVisible, bob, expect, logIn, nameField, products, submitLogin, test, visit, waitForHydration, withoutChannels } from './fixtures';

test('navigation inside the app to a protected page without a session leads to the login, and back', async ({ page }) => {
  await visit(page, '/');
  await page.getByRole('link', { name: 'My products' }).click();
  await submitLogin(page, alice);
  await expect(page).toHaveURL('/products');
  await expect(products(page).nth(19)).toBeVisible();
});

test('a plain link to the login is followed by the browser, not by the router', async ({ page }) => {
  await visit(page, '/');
  await page.locator('main').evaluate((main) => main.insertAdjacentHTML('beforeend', '<a href="/auth/login">plain</a>'));
  await page.getByRole('link', { name: 'plain' }).click();
  await submitLogin(page, alice);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Hello ${alice.name}`);
});

test('navigation inside the app fetches the data of a page', async ({ page }) => {
  await logIn(page, alice);
  await visit(page, '/');
  await page.evaluate(() => { (window as any).same = true; });
  await page.getByRole('link', { name: 'My products' }).click();
  await expect(products(page).nth(19)).toBeVisible();
  expect(await page.evaluate(() => (window as any).same)).toBe(true);
});

test.describe('a session that ends', () => {
  test.use({ expectedConsoleErrors: /status of 401/ });

  test('shows a notice and keeps what was typed; after a login in another tab the page continues', async ({ context, page }) => {
    const name = `Kept ${Date.now()}`;
    await logIn(page, alice);
    await nameField(page).fill(name);

    await context.clearCookies();
    await becomeVisible(page);
    await expect(page.getByText('Your session has ended.')).toBeVisible();
    await expect(nameField(page)).toHaveValue(name);

    await addButton(page).click();
    await expect(page.getByText('Please log in to continue.').first()).toBeVisible();
    await expect(nameField(page)).toHaveValue(name);

    const opened = context.waitForEvent('page');
    await page.getByRole('link', { name: 'Log in again in a new tab' }).click();
    const login = await opened;
    await submitLogin(login, alice);
    await expect(login).toHaveURL('/products');
    await expect(page.getByText('Your session has ended.')).toHaveCount(0);
    await addButton(page).click();
    await expect(products(page).filter({ hasText: name })).toHaveCount(1);
  });
});

test.describe('a logout in another tab', () => {
  test.use({ expectedConsoleErrors: /status of 401/ });

  test('shows the signed-out state, and leaves a page that requires a user', async ({ context, page }) => {
    await logIn(page, alice);
    await expect(products(page).nth(19)).toBeVisible();
    const [home, other] = [await context.newPage(), await context.newPage()];
    await visit(home, '/');
    await visit(other, '/');
    await other.getByRole('button', { name: 'Log out' }).click();
    await expect(page).toHaveURL('/signed-out', { timeout: 1_000 });
    await expect(products(page)).toHaveCount(0);
    await expect(home.getByRole('heading', { level: 1 })).toHaveText('Welcome', { timeout: 1_000 });
    await expect(home.getByRole('link', { name: 'Log in' })).toBeVisible();
  });
});

test.describe('the login of another user', () => {
  test.use({ expectedConsoleErrors: /status of 409/ });

  test('reloads the page', async ({ context, page }) => {
    await logIn(page, alice);
    const reloaded = page.waitForEvent('load');
    await logIn(await context.newPage(), bob);
    await reloaded;
  });

  test('without channels, reloads the page when it becomes visible', async ({ context, page }) => {
    await withoutChannels(context);
    await logIn(page, alice);
    const hers = await products(page).allTextContents();
    await logIn(await context.newPage(), bob);
    const reloaded = page.waitForEvent('load');
    await becomeVisible(page);
    await reloaded;
    await expect(products(page).first()).toBeVisible();
    expect(await products(page).allTextContents()).not.toEqual(hers);
  });

  test('without channels, reloads a page that submits a form, and the form does nothing', async ({ context, page }) => {
    await withoutChannels(context);
    const name = `Never ${Date.now()}`;
    await logIn(page, alice);
    const other = await context.newPage();
    await logIn(other, bob);
    await nameField(page).fill(name);
    const reloaded = page.waitForEvent('load');
    await addButton(page).click();
    await reloaded;
    await waitForHydration(page);
    await visit(other, '/products');
    for (const tab of [page, other]) {
      await expect(products(tab).first()).toBeVisible();
      await expect(products(tab).filter({ hasText: name })).toHaveCount(0);
    }
  });
});
