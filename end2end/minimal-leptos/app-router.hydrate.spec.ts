// The behaviours of nextjs-auth0's e2e/app-router.spec.ts that need JavaScript.

import { alice, expect, submitLogin, test, visit, waitForHydration } from './fixtures';

test.describe('a protected action', () => {
  test.use({ expectedConsoleErrors: /status of 401/ });

  test('is refused without a session, and runs with one', async ({ page }) => {
    const call = page.getByRole('button', { name: 'Call server action' });
    await visit(page, '/app-router/action');
    await call.click();
    await expect(page.locator('#status')).toHaveText('unauthenticated');

    await page.goto('/auth/login?returnTo=/app-router/action');
    await submitLogin(page, alice);
    await expect(page).toHaveURL('/app-router/action');
    await waitForHydration(page);
    await call.click();
    await expect(page.locator('#status')).toHaveText('authenticated');
  });
});

test('a script gets an access token of an API that is exposed', async ({ page }) => {
  await page.goto('/auth/login?returnTo=/app-router/client');
  await submitLogin(page, alice);
  await expect(page).toHaveURL('/app-router/client');
  const answer = await page.evaluate(async () => (await fetch('/auth/access-token')).json());
  expect(Object.keys(answer)).toEqual(expect.arrayContaining(['token', 'expires_at']));
});
