// Login, API call, refresh and logout of one session.

import { API } from './settings.mjs';
import { expect, logIn, requestLog, test } from './fixtures';

test('a whole session at a foreign provider', async ({ page, request, env }) => {
  await test.step('the login returns to the protected page', async () => {
    await page.goto('/products');
    await logIn(page, 'carol');
    await expect(page).toHaveURL('/products');
  });

  await test.step('the API accepts the token and returns the rows of this user', async () => {
    await expect(page.getByRole('rowheader')).toHaveCount(20);
    const answer = await page.request.get('/api/products');
    expect((await answer.json()).owner).toBe('carol');
  });

  await test.step('the token expires, and is refreshed for the same API, with a rotating refresh token', async () => {
    const refreshes = async () => (await requestLog(request, env)).grants.filter((g) => g.grant === 'refresh_token');
    await expect
      .poll(
        async () => {
          await page.reload();
          await expect(page.getByRole('rowheader')).toHaveCount(20);
          return (await refreshes()).length;
        },
        { timeout: 30_000, message: 'three refreshes in a row' },
      )
      .toBeGreaterThanOrEqual(3);
    const { grants, rejected } = await requestLog(request, env);
    expect(rejected).toEqual([]);
    for (const { resource } of grants) expect(resource).toBe(API.identifier);
  });

  await test.step('concurrent calls share a refresh', async () => {
    const before = (await requestLog(request, env)).grants.length;
    const answers = await Promise.all(Array.from({ length: 8 }, () => page.request.get('/api/products')));
    for (const answer of answers) expect(answer.status()).toBe(200);
    const { grants, rejected } = await requestLog(request, env);
    expect(rejected).toEqual([]);
    expect(grants.length - before).toBeLessThan(answers.length);
  });

  await test.step('a user without claims but the subject has a profile', async () => {
    await page.goto('/profile');
    await expect(page.getByRole('cell', { name: 'carol', exact: true }).first()).toBeVisible();
  });

  await test.step('the logout ends both sessions and returns to the site', async () => {
    await page.getByRole('button', { name: 'Log out' }).click();
    // This provider asks for confirmation.
    await page.getByRole('button', { name: 'Yes, sign me out' }).click();
    await expect(page).toHaveURL('/signed-out');
    expect((await requestLog(request, env))['end_session.success']).toBe(1);
    await page.goto('/products');
    await expect(page.locator('input[name=login]')).toBeVisible();
  });
});

test('a login cancelled at the provider ends on an error page', async ({ page }) => {
  const response = page.waitForResponse((r) => new URL(r.url()).pathname === '/auth/callback');
  await page.goto('/products');
  await page.getByRole('link', { name: /cancel|abort/i }).click();
  expect((await response).status()).toBeGreaterThanOrEqual(400);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByRole('link').first()).toBeVisible();
});

test('a logout at the provider ends the session of the site by back-channel logout', async ({ page, request, env }) => {
  const isSignedIn = async () => (await (await page.request.get('/auth/user')).json()) !== null;
  const notified = async () => (await requestLog(request, env))['backchannel.success'];
  await page.goto('/profile');
  await logIn(page, 'dave');
  await expect(page).toHaveURL('/profile');
  expect(await isSignedIn()).toBe(true);

  const before = await notified();
  await page.goto(`${env.provider}/session/end`);
  await page.getByRole('button', { name: 'Yes, sign me out' }).click();
  await expect.poll(notified).toBe(before + 1);
  expect(await isSignedIn()).toBe(false);
  await page.goto('/profile');
  await expect(page.locator('input[name=login]')).toBeVisible();
});
