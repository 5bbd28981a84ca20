import { readFileSync } from 'node:fs';

import { type Page, type Response } from '@playwright/test';

import { expect, logIn, test } from '../foreign-provider/fixtures';

const budget: { what: string; bytes: number } = JSON.parse(readFileSync(new URL('./budget.json', import.meta.url), 'utf8'));

/** Opens the start page and returns the responses from the folder of generated files. */
async function loadHome(page: Page): Promise<Response[]> {
  const files: Response[] = [];
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.startsWith('/pkg/')) files.push(response);
  });
  await page.goto('/');
  await expect(page.locator('html')).toHaveAttribute('data-hydrated', '1');
  await page.waitForLoadState('networkidle');
  return files;
}

test('the start page does not exceed its size budget', async ({ page, request }) => {
  const files = await loadHome(page);
  const kinds = files.map((file) => new URL(file.url()).pathname.split('.').pop());
  expect(kinds.sort()).toEqual(expect.arrayContaining(['css', 'js', 'wasm']));
  let total = 0;
  for (const path of new Set(files.map((file) => file.url()))) {
    const { headers, body } = await sent(request, path);
    expect(headers['content-encoding'], path).toBe('br');
    console.log(`${String(body).padStart(8)}  ${new URL(path).pathname}`);
    total += body;
  }
  console.log(`${String(total).padStart(8)}  ${budget.what}; the budget is ${budget.bytes}`);
  expect(total).toBeLessThanOrEqual(budget.bytes);
});

/** Returns the compressed size of `url` in bytes. */
async function sent(request: import('@playwright/test').APIRequestContext, url: string) {
  // HEAD: the client would decompress a body.
  const response = await request.head(url, { headers: { 'accept-encoding': 'br' } });
  const headers = response.headers();
  const body = Number(headers['content-length']);
  expect(body, `the length of ${url}`).toBeGreaterThan(0);
  return { headers, body };
}

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
