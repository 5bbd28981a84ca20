// Silent login (`prompt=none`), between the provider at 127.0.0.1 and the site at localhost: two sites for the browser.

import { type Page } from '@playwright/test';

import { expect, logIn, requestLog, test } from './fixtures';

test.use({ options: { processes: 1, orders: false, tokenSeconds: 60, silent: '/' } });

const user = async (page: Page) => (await (await page.request.get('/auth/user')).json())?.sub;

/** Opens a page, and returns the addresses of the authorization requests. */
async function open(page: Page, path: string, provider: string): Promise<URL[]> {
  const requests: URL[] = [];
  page.on('request', (request) => {
    if (request.url().startsWith(`${provider}/auth?`)) requests.push(new URL(request.url()));
  });
  await page.goto(path);
  return requests;
}

test('a visitor who is signed in at the provider is signed in without a page', async ({ page, context, env }) => {
  await page.goto('/products');
  await logIn(page, 'sam');
  await expect(page).toHaveURL('/products');
  // The provider's session stays.
  await context.clearCookies({ domain: 'localhost' });
  expect(await user(page)).toBeUndefined();
  const requests = await open(page, '/', env.provider);
  await expect(page).toHaveURL('/');
  expect(await user(page)).toBe('sam');
  expect(requests.map(({ searchParams }) => searchParams.get('prompt'))).toEqual(['none']);
});

test('a visitor who is not signed in there sees the page after one round trip', async ({ page, request, env }) => {
  const before = (await requestLog(request, env))['authorization.success'];
  const requests = await open(page, '/', env.provider);
  await expect(page).toHaveURL('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect(requests).toHaveLength(1);
  await page.reload();
  expect(requests).toHaveLength(1);
  expect(await user(page)).toBeUndefined();
  expect((await requestLog(request, env))['authorization.success']).toBe(before);
});
