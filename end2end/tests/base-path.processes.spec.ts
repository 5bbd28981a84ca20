// The site below a path of a host that it shares: at http://localhost:PORT/shop, behind a proxy that passes on nothing else.

import { type Page } from '@playwright/test';

import { Proxy } from '../proxy';
import { alice, bob, expect, hasScripts, logIn, logOut, productRows, submitLogin, test as base, visit, waitForHydration } from './fixtures';
import { addPanel, addProduct, deleteProduct, expectDone, openEditor, row, submitProduct, uniqueName } from './product-forms';
import { signIn } from './sign-in';
import { startSites, stopSites } from './site-process';

const BASE_PATH = '/shop';

/** A test fails if the browser requests a path outside of the base path, or the site sets a cookie or redirects there. */
const test = base.extend<{ baseURL: string }, { shop: Proxy }>({
  shop: [
    async ({}, use) => {
      const proxy = await Proxy.start(BASE_PATH);
      const sites = await startSites([{ APP_BASE_URL: proxy.url }]);
      proxy.target = sites[0].url;
      await use(proxy);
      await stopSites(sites);
      await proxy.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  baseURL: async ({ shop }, use) => use(`${shop.url}/`),
  context: async ({ context, shop }, use) => {
    await use(context);
    expect(shop.outside.splice(0)).toEqual([]);
  },
});

const navigation = (page: Page) => page.getByRole('navigation');
const notice = (page: Page) => page.getByRole('alert').filter({ hasText: 'Your session has ended.' });

test('the login for a protected page returns there', async ({ context, page, shop }) => {
  await page.goto('./products?from=a+b#add');
  await submitLogin(page, alice);
  await expect(page).toHaveURL('./products?from=a+b');
  await waitForHydration(page);
  await expect(productRows(page)).toHaveCount(20);

  const cookies = await context.cookies(`${shop.url}/auth/profile`);
  expect(cookies.length).toBeGreaterThan(0);
  expect(new Set(cookies.map(({ path }) => path))).toEqual(new Set([BASE_PATH]));
  expect(await context.cookies(shop.origin)).toEqual([]);
});

test('the start page greets, and logs in and out', async ({ page, shop }) => {
  const response = await visit(page, shop.url);
  expect(response?.status()).toBe(200);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Know what is on your shelves.');
  await logIn(page, alice);
  await expect(page.locator('dl')).toContainText('20');
  await logOut(page);
  await waitForHydration(page);
  await page.goto('./profile');
  await expect(page.locator('#username')).toBeVisible();

  await visit(page, './signed-out');
  await page.getByRole('main').getByRole('link', { name: 'Open my stockroom' }).click();
  await submitLogin(page, alice);
  await expect(page).toHaveURL('./products');
});

test('links lead to pages with their title and the current link, and Back returns', async ({ page, shop }) => {
  await signIn(page, alice);
  await page.getByRole('main').getByRole('link', { name: 'Open my stockroom' }).click();
  await expect(page).toHaveURL('./products');
  await expect(navigation(page).getByRole('link', { name: 'My products' })).toHaveAttribute('aria-current', 'page');
  await expect(navigation(page).locator('[aria-current]')).toHaveCount(1);
  await navigation(page).getByRole('link', { name: 'Profile' }).click();
  await expect(page).toHaveURL('./profile');
  await expect(page).toHaveTitle('Profile · Stockroom');
  await expect(page.getByRole('cell', { name: alice.email, exact: true })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL('./products');
  await expect(productRows(page)).toHaveCount(20);
  await page.getByRole('link', { name: 'Stockroom', exact: true }).click();
  await expect(page).toHaveURL(shop.url);
});

test('scripts, WASM, style and icon are loaded from below the base path', async ({ page }) => {
  const loaded: string[] = [];
  page.on('response', (response) => loaded.push(`${response.status()} ${new URL(response.url()).pathname}`));
  await visit(page, './');
  await page.waitForLoadState('networkidle');
  const files = ['leptos-auth0.css', ...(hasScripts() ? ['leptos-auth0.js', 'leptos-auth0.wasm'] : [])];
  for (const file of files) expect(loaded).toContain(`200 /shop/pkg/${file}`);
  const icon = await page.locator('link[rel=icon]').getAttribute('href');
  expect((await page.request.get(icon!)).status()).toBe(200);
});

test('a product is added, renamed, ordered and deleted', async ({ page }) => {
  const [name, newName] = [uniqueName('Lamp'), uniqueName('Lantern')];
  await signIn(page, bob);
  await visit(page, './products');
  await addProduct(page, { name });
  const editor = await openEditor(page, name);
  await editor.getByLabel('New name').fill(newName);
  await editor.getByRole('button', { name: 'Save' }).click();
  await expectDone(page, 'renamed', 'The product was renamed.');
  await expect(row(page, name)).toHaveCount(0);

  await row(page, newName).getByRole('button', { name: `Order 1 ${newName}`, exact: true }).click();
  await expectDone(page, 'ordered', 'Your order was placed.');
  await expect(page.getByRole('region', { name: 'My orders' }).getByRole('listitem').first()).toContainText(`1 × ${newName}`);
  await deleteProduct(page, newName);
});

test('a form that fails shows its error and keeps the input', async ({ page }) => {
  await signIn(page, bob);
  await visit(page, './products');
  await submitProduct(page, { name: 'never added', price: 'cheap' });
  const field = addPanel(page).getByLabel('Price');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveValue('cheap');
  await expect(addPanel(page).getByLabel('Name')).toHaveValue('never added');
  await expect(page).toHaveURL('./products');
  await page.reload();
  await expect(field).not.toHaveAttribute('aria-invalid');
});

test('a form that needs a login comes back with its input', async ({ context, page }) => {
  const name = uniqueName('Kept');
  await signIn(page, bob);
  await visit(page, './products');
  await context.clearCookies();
  await submitProduct(page, { name });
  await submitLogin(page, bob);
  await expect(page).toHaveURL('./products');
  await waitForHydration(page);
  await expect(addPanel(page).getByLabel('Name')).toHaveValue(name);
  await expect(row(page, name)).toHaveCount(0);
});

test('a session that ends while a page is open is announced, and a login in another tab continues the page', async ({ context, page }) => {
  test.skip(!hasScripts(), 'a script watches the session');
  await signIn(page, alice);
  await visit(page, './products');
  await context.clearCookies();
  // A headless browser shows all tabs at once and never fires this event itself.
  const becomeVisible = () => page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
  await becomeVisible();
  await expect(notice(page)).toBeVisible();
  const opened = context.waitForEvent('page');
  await page.getByRole('link', { name: /Log in again in a new tab/ }).click();
  const tab = await opened;
  await submitLogin(tab, alice);
  await expect(tab).toHaveURL('./products');
  await tab.close();
  await becomeVisible();
  await expect(notice(page)).toHaveCount(0);
});

test('the Tokens page and its buttons', async ({ page }) => {
  await signIn(page, alice);
  await navigation(page).getByRole('link', { name: 'Tokens' }).click();
  await expect(page).toHaveURL('./tokens');
  const orders = page.getByRole('listitem').filter({ has: page.getByRole('heading', { level: 2, name: 'Orders API' }) });
  await orders.getByRole('button', { name: 'Get a token' }).click();
  await expect(page).toHaveURL('./tokens');
  await expect(orders).toContainText('✓ ready');
  await navigation(page).getByRole('link', { name: 'Profile' }).click();
  await expect(page).toHaveURL('./profile');
});

test('server functions and the profile answer with JSON', async ({ page, request }) => {
  await signIn(page, bob);
  const products = await page.request.get('./api/products', { headers: { accept: 'application/json' } });
  expect(products.status()).toBe(200);
  expect((await products.json()).owner).toBe(bob.subject);
  const profile = await page.request.get('./auth/profile');
  expect((await profile.json()).sub).toBe(bob.subject);
  const anonymous = await request.get('./api/products', { headers: { accept: 'application/json' } });
  expect(anonymous.status()).toBe(401);
});

test.describe('pages with an error status', () => {
  test.use({ expectedConsoleErrors: /status of 40[04]/ });

  test('an unknown path gets a page of the site', async ({ page, shop }) => {
    expect((await visit(page, './no-such-page'))?.status()).toBe(404);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Page not found');
    await page.getByRole('link', { name: 'Go to the start page' }).click();
    await expect(page).toHaveURL(shop.url);
  });

  test('the page of a failed login leads to a new one', async ({ page }) => {
    expect((await page.goto('./auth/callback?error=access_denied&state=unknown'))?.status()).toBe(400);
    await page.getByRole('main').getByRole('link').first().click();
    await submitLogin(page, alice);
    await expect(page.getByRole('heading', { level: 1 })).toContainText(alice.name);
  });
});

test('without the base path, the site answers nothing but health checks', async ({ request, shop }) => {
  const { host } = new URL(shop.url);
  const get = (path: string) => request.get(shop.target + path, { headers: { host, accept: 'text/html' }, maxRedirects: 0 });
  for (const path of ['/', '/products', '/signed-out', '/auth/login', '/auth/profile', '/api/products', '/pkg/leptos-auth0.js', '/favicon.svg', '/shopping']) {
    const response = await get(path);
    expect(response.status(), path).toBe(404);
    expect(await response.text(), path).toBe('');
  }
  expect((await get('/healthz')).status()).toBe(200);
  // As through the proxy.
  expect((await get(`${BASE_PATH}/signed-out`)).status()).toBe(200);
});
