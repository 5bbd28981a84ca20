// Login, API call, refresh and logout, in the order in which a person meets them.

import { API } from './setup.mjs';
import { expect, ledger, logIn, test } from './journey';

test('a whole visit at a provider that we did not write', async ({ page, request, world }) => {
  await test.step('the login arrives at the protected page', async () => {
    await page.goto('/products');
    await logIn(page, 'carol');
    await expect(page).toHaveURL('/products');
  });

  await test.step('the API took the token: these are the rows of this person', async () => {
    await expect(page.getByRole('rowheader')).toHaveCount(20);
    const answer = await page.request.get('/api/products');
    expect((await answer.json()).owner).toBe('carol');
  });

  await test.step('the token expires, and is refreshed for the same API, with a rotating refresh token', async () => {
    const refreshes = async () => (await ledger(request, world)).grants.filter((g) => g.grant === 'refresh_token');
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
    const { grants, refused } = await ledger(request, world);
    expect(refused).toEqual([]);
    for (const { resource } of grants) expect(resource).toBe(API.identifier);
  });

  await test.step('several pages at once refresh once, not once each', async () => {
    const before = (await ledger(request, world)).grants.length;
    const answers = await Promise.all(Array.from({ length: 8 }, () => page.request.get('/api/products')));
    for (const answer of answers) expect(answer.status()).toBe(200);
    const { grants, refused } = await ledger(request, world);
    expect(refused).toEqual([]);
    expect(grants.length - before).toBeLessThan(answers.length);
  });

  await test.step('a person of whom nothing but the subject is known has a profile', async () => {
    await page.goto('/profile');
    await expect(page.getByRole('cell', { name: 'carol', exact: true }).first()).toBeVisible();
  });

  await test.step('the logout ends both sessions and comes back', async () => {
    await page.getByRole('button', { name: 'Log out' }).click();
    // This provider asks first.
    await page.getByRole('button', { name: 'Yes, sign me out' }).click();
    await expect(page).toHaveURL('/signed-out');
    expect((await ledger(request, world))['end_session.success']).toBe(1);
    await page.goto('/products');
    await expect(page.locator('input[name=login]')).toBeVisible();
  });
});

test('whoever gives up at the provider comes back to a page that says so', async ({ page }) => {
  const response = page.waitForResponse((r) => new URL(r.url()).pathname === '/auth/callback');
  await page.goto('/products');
  await page.getByRole('link', { name: /cancel|abort/i }).click();
  expect((await response).status()).toBeGreaterThanOrEqual(400);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByRole('link').first()).toBeVisible();
});
