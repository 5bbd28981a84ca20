// The site behind a service worker that forwards all requests. A navigation then has `Sec-Fetch-Dest: empty`.

import { browser } from '../settings';
import { alice, bob, expect, logIn, logInAs, logOut, productNames, productRows, submitLogin, test, visit, visitFromAnotherSite, waitForHydration, withoutChannels } from './fixtures';
import { addButton, addPanel, addProduct, deleteProduct, expectDone, row, submitProduct, uniqueName } from './product-forms';

// Chromium asks for permission before a worker from a mocked response may access the local network.
const { executablePath, args } = browser.launchOptions;
test.use({ launchOptions: { executablePath, args: [...args, '--disable-features=LocalNetworkAccessChecks'] } });

const WORKER = "self.addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));";

/** Mocks the worker and the page that registers it. */
test.beforeEach(async ({ context, page, baseURL }) => {
  await context.route('**/sw.js', (route) => route.fulfill({ contentType: 'text/javascript', body: WORKER }));
  await context.route('**/register-worker', (route) => route.fulfill({ contentType: 'text/html', body: '<title>worker</title>' }));
  await page.goto('/register-worker');
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/sw.js');
    await navigator.serviceWorker.ready;
  });
  await page.goto(baseURL!);
  await waitForHydration(page);
  expect(await page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
});

test('the link logs in, and the button logs out', async ({ page }) => {
  await logIn(page, alice);
  await logOut(page);
  await page.goto('/profile');
  await expect(page.locator('#username')).toBeVisible();
});

test('a protected page leads to the login and back', async ({ page }) => {
  await page.goto('/products');
  await submitLogin(page, alice);
  await expect(page).toHaveURL('/products');
  await expect(productRows(page)).toHaveCount(20);
});

test('the browser submits a form', async ({ page }) => {
  const name = uniqueName('Worker');
  await logIn(page, bob);
  await visit(page, '/products');
  await addProduct(page, { name });
  await expect(row(page, name)).toHaveCount(1);
  await deleteProduct(page, name);
});

test('a form that fails comes back with its input', async ({ page }) => {
  const name = uniqueName('Corrected');
  await logIn(page, bob);
  await visit(page, '/products');
  await submitProduct(page, { name, price: 'cheap' });
  const field = addPanel(page).getByLabel('Price');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveValue('cheap');
  await expect(addPanel(page).getByLabel('Name')).toHaveValue(name);
  await waitForHydration(page);
  await field.fill('1.00');
  await addButton(page).click();
  await expectDone(page, 'added', 'The product was added.');
  await deleteProduct(page, name);
});

test('a typed logout URL ends the session', async ({ page }) => {
  await logIn(page, alice);
  await page.goto('/auth/logout');
  if (new URL(page.url()).pathname === '/auth/logout') await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL('/signed-out');
});

test('a cross-site link to the logout asks for confirmation, and its button logs out', async ({ page, baseURL }) => {
  await logIn(page, alice);
  await visitFromAnotherSite(page, `${baseURL}/auth/logout`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Do you want to log out?');
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL('/signed-out');
  await page.goto('/profile');
  await expect(page.locator('#password')).toBeVisible();
});

test.describe('a page of another user', () => {
  test.use({ expectedConsoleErrors: /status of 409/ });

  test('is detected', async ({ context, page }) => {
    await withoutChannels(context);
    const name = uniqueName('Nobody');
    await logIn(page, alice);
    await visit(page, '/products');
    const other = await context.newPage();
    await logInAs(other, bob);
    await submitProduct(page, { name });
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Someone else is signed in now');
    expect(await productNames(other)).not.toContain(name);
    await page.getByRole('link', { name: 'Open the page again' }).click();
    await expect(page).toHaveURL('/products');
    await expect.poll(() => productNames(page)).toEqual(await productNames(other));
  });
});
