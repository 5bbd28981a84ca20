import { readFileSync } from 'node:fs';

import { type Page, type Request, type Response } from '@playwright/test';

import { expect, logIn, test } from '../foreign-provider/fixtures';

const budget: { what: string; home: number; products: number } = JSON.parse(
  readFileSync(new URL('./budget.json', import.meta.url), 'utf8'),
);

/** Loads a page with `open`, and waits until its islands run and nothing more is loaded. */
async function load(page: Page, open: () => Promise<unknown>) {
  await open();
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', '1');
  await page.waitForLoadState('networkidle');
}

/** Opens the start page and returns the responses from the folder of generated files. */
async function loadHome(page: Page): Promise<Response[]> {
  const files: Response[] = [];
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.startsWith('/pkg/')) files.push(response);
  });
  await load(page, () => page.goto('/'));
  return files;
}

/** Asserts that `requests`, those of a page with an empty cache, are complete and do not exceed `limit` bytes. */
async function expectWeight(name: string, requests: Request[], limit: number) {
  const kinds = requests.map((request) => new URL(request.url()).pathname.match(/\.(\w+)$/)?.[1] ?? 'html');
  expect(kinds.sort(), 'one of each kind').toEqual(['css', 'html', 'js', 'svg', 'wasm']);
  let total = 0;
  for (const request of requests) {
    const response = (await request.response())!;
    const { pathname } = new URL(request.url());
    expect(response.ok(), pathname).toBe(true);
    expect(response.fromServiceWorker(), pathname).toBe(false);
    // The build compresses the files with brotli, the server pages with gzip. The icon is so small that it is sent as it is.
    const expected = pathname.startsWith('/pkg/') ? 'br' : 'gzip';
    if (!pathname.endsWith('.svg')) expect(response.headers()['content-encoding'], pathname).toBe(expected);
    const { responseBodySize } = await request.sizes();
    expect(responseBodySize, pathname).toBeGreaterThan(0);
    console.log(`${String(responseBodySize).padStart(8)}  ${pathname}`);
    total += responseBodySize;
  }
  console.log(`${String(total).padStart(8)}  ${name}; the budget is ${limit}`);
  expect(total, `${name}: ${budget.what}`).toBeLessThanOrEqual(limit);
}

test('the start page does not exceed its size budget', async ({ page }) => {
  const requests: Request[] = [];
  page.on('request', (request) => requests.push(request));
  await load(page, () => page.goto('/'));
  await expectWeight('Home', requests, budget.home);
});

test('the products page does not exceed its size budget', async ({ browser, page, env }) => {
  await page.goto('/products');
  await logIn(page, 'gina');
  await expect(page.getByRole('rowheader')).toHaveCount(20);
  // Another browser with the same session has nothing in its cache.
  const context = await browser.newContext({ storageState: await page.context().storageState(), baseURL: env.site });
  const other = await context.newPage();
  const requests: Request[] = [];
  other.on('request', (request) => requests.push(request));
  await load(other, () => other.goto('/products'));
  await expect(other.getByRole('rowheader')).toHaveCount(20);
  await expectWeight('Products', requests, budget.products);
  await context.close();
});

test('generated files have hashed names and are immutable; pages are not cached', async ({ page, request }) => {
  const files = await loadHome(page);
  expect(files.length).toBeGreaterThanOrEqual(3);
  for (const file of files) {
    expect(new URL(file.url()).pathname).toMatch(/^\/pkg\/.+\.[\w-]{22}\.(js|wasm|css)$/);
    expect(file.headers()['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(file.headers().vary).toMatch(/accept-encoding/i);
    const zipped = await request.head(file.url(), { headers: { 'accept-encoding': 'gzip' } });
    expect(zipped.headers()['content-encoding']).toBe('gzip');
  }
  expect((await request.get('/')).headers()['cache-control']).toContain('no-store');
});

test('the first page of a visit contains the styles, and the next one has them from the cache', async ({ page }) => {
  const violations: string[] = [];
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) violations.push(message.text());
  });
  // Playwright has no cache while a route is set.
  await page.context().unrouteAll();
  // The first `style` of every page is the rule of its animation.
  const style = page.locator('head style:nth-of-type(2)');
  const link = page.locator('link[rel=stylesheet]');
  await load(page, () => page.goto('/'));
  await expect(style).toHaveCount(1);
  await expect(link).toHaveAttribute('media', 'not all');
  await expect(page.locator('body')).toHaveCSS('display', 'flex');

  await load(page, () => page.getByRole('link', { name: 'Stockroom', exact: true }).click());
  await expect(style).toHaveCount(0);
  await expect(link).not.toHaveAttribute('media');
  await expect(page.locator('body')).toHaveCSS('display', 'flex');
  const received = await page.evaluate(() => {
    const files = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    return files.filter(({ name }) => name.endsWith('.css')).map(({ transferSize }) => transferSize);
  });
  expect(received, 'bytes of the stylesheet').toEqual([0]);
  expect(violations).toEqual([]);
});

test('the release build logs in at the configured provider', async ({ page }) => {
  await page.goto('/products');
  await logIn(page, 'dora');
  await expect(page).toHaveURL('/products');
  await expect(page.getByRole('rowheader')).toHaveCount(20);
});

test('the release build has no Tokens page', async ({ request }) => {
  for (const path of ['/tokens', '/tokens/style.css', '/tokens/renew', '/tokens/revoke']) {
    expect((await request.get(path)).status(), path).toBe(404);
  }
  expect(await (await request.get('/')).text()).not.toContain('/tokens');
});

test('the release build signs no one in without a login', async ({ page, request, env }) => {
  await page.goto('/');
  const headers = { origin: new URL(page.url()).origin };
  const response = await request.post('/dev/sign-in', { data: { sub: 'auth0|alice' }, headers });
  expect(response.status()).toBe(404);
  expect(response.headers()['set-cookie']).toBeUndefined();
  expect((await request.get('/dev/sign-in')).status()).toBe(404);
});

test('the release build contains no local tenant', async ({ request, env }) => {
  const home = await (await request.get('/')).text();
  expect(home).not.toContain('local-only');
  expect(env.provider).not.toContain(':4000');
});
