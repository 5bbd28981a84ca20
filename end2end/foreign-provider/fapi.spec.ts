// The FAPI 2.0 Security Profile: private_key_jwt, signed and pushed requests, tokens that are bound by DPoP.

import { expect, logIn, requestLog, test } from './fixtures';

test.use({ options: { processes: 1, orders: false, tokenSeconds: 5, fapi: true } });

test('a session with every part of FAPI 2.0 at a foreign provider', async ({ page, request, env }) => {
  const discovery = await (await request.get(`${env.provider}/.well-known/openid-configuration`)).json();
  expect(discovery.require_signed_request_object).toBe(true);
  const authorization = page.waitForRequest((r) => r.url().startsWith(discovery.authorization_endpoint));
  await page.goto('/products');
  const { searchParams } = new URL((await authorization).url());
  expect([...searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
  await logIn(page, 'carol');
  await expect(page).toHaveURL('/products');
  await expect(page.getByRole('rowheader')).toHaveCount(20);
  await expect
    .poll(
      async () => {
        await page.reload();
        await expect(page.getByRole('rowheader')).toHaveCount(20);
        return (await requestLog(request, env)).grants.filter((g) => g.grant === 'refresh_token').length;
      },
      { timeout: 30_000, message: 'two refreshes in a row' },
    )
    .toBeGreaterThanOrEqual(2);
  // The client is registered with private_key_jwt and bound access tokens only, so each grant had an assertion and a proof.
  expect((await requestLog(request, env)).rejected).toEqual([]);
});
