// The behaviours of nextjs-auth0's e2e/app-router.spec.ts, with and without JavaScript.

import { type Page } from '@playwright/test';

import { alice, expect, submitLogin, test, visit, waitForHydration } from './fixtures';

async function logInFrom(page: Page, path: string) {
  await page.goto(`/auth/login?returnTo=${encodeURIComponent(path)}`);
  await submitLogin(page, alice);
  await expect(page).toHaveURL(path);
  await waitForHydration(page);
}

async function logOut(page: Page) {
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL('/signed-out');
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const loginLinkOf = (page: Page) => page.getByRole('main').getByRole('link', { name: 'Log in' });

for (const [name, path] of [
  ['a server page', '/app-router/server'],
  ['a client page', '/app-router/client'],
]) {
  test(`${name} knows the user, and knows none after the logout`, async ({ page }) => {
    await logInFrom(page, path);
    await expect(heading(page)).toHaveText(`Welcome, ${alice.email}!`);
    await logOut(page);
    await visit(page, path);
    await expect(loginLinkOf(page)).toBeVisible();
    await expect(heading(page)).toHaveCount(0);
  });
}

test('the HTML of a server page contains the user', async ({ page }) => {
  await logInFrom(page, '/app-router/server');
  const html = await (await page.request.get('/app-router/server', { headers: { accept: 'text/html' } })).text();
  expect(html).toContain(`Welcome, ${alice.email}!`);
});

test('an API route answers 401 without a session, and the user with one', async ({ page, context }) => {
  expect((await context.request.get('/app-router/api/test')).status()).toBe(401);
  await logInFrom(page, '/app-router/server');
  const response = await context.request.get('/app-router/api/test');
  expect(response.status()).toBe(200);
  expect(await response.json()).toEqual({ email: alice.email });
});

test('the session keeps what the application stores in it', async ({ page, context, baseURL }) => {
  const before = Date.now();
  await logInFrom(page, '/app-router/server');
  const session = async () => (await context.request.get('/app-router/api/get-session')).json();
  expect((await session()).updated_at).toBeNull();
  const update = (origin: string) => context.request.post('/app-router/api/update-session', { headers: { origin } });
  expect((await update('https://evil.example')).status()).toBe(403);
  expect((await session()).updated_at).toBeNull();
  expect((await update(new URL(baseURL).origin)).status()).toBe(200);
  expect((await session()).updated_at).toBeGreaterThanOrEqual(before);
});
