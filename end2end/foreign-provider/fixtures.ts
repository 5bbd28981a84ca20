// Fixtures of the tests with the foreign provider, and the way through its pages.

import { type APIRequestContext, type Page, expect, test as base } from '@playwright/test';

import { type TestEnv, type TestEnvOptions, startTestEnv } from './test-env';

export { expect };

export const test = base.extend<{ baseURL: string }, { options: TestEnvOptions; env: TestEnv }>({
  options: [{ processes: 1, orders: false, tokenSeconds: 5 }, { option: true, scope: 'worker' }],
  env: [
    async ({ options }, use) => {
      const env = await startTestEnv(options);
      await use(env);
      await env.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  baseURL: async ({ env }, use) => use(env.site),
  // The provider's pages load a font from the internet, which the tests block.
  context: async ({ context }, use) => {
    await context.route((url) => !['localhost', '127.0.0.1'].includes(url.hostname), (route) => route.abort());
    await use(context);
  },
});

/** Logs in and consents to all scopes. */
export async function logIn(page: Page, login: string) {
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill('anything');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

export type RequestLog = {
  grants: { grant: string; resource: string | null }[];
  rejected: { grant: string | null; error: string; description: string }[];
} & Record<'grant.revoked' | 'end_session.success' | 'authorization.success' | 'backchannel.success', number>;

export async function requestLog(request: APIRequestContext, env: TestEnv): Promise<RequestLog> {
  return (await request.get(`${env.provider}/request-log`)).json();
}
