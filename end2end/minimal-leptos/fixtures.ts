// Fixtures of the tests of the example. A test fails if a page throws or logs an error, during hydration too.

import { type Page, expect } from '@playwright/test';

import { type User, alice, becomeVisible, bob, hasScripts, submitLogin, test as base, withoutChannels } from '../tests/fixtures';
import { type TestEnv, startTestEnv } from './test-env';

export { alice, becomeVisible, bob, expect, submitLogin, withoutChannels };

export const test = base.extend<{ baseURL: string }, { basePath: string; env: TestEnv }>({
  basePath: ['', { option: true, scope: 'worker' }],
  env: [
    async ({ basePath }, use) => {
      const env = await startTestEnv(basePath);
      await use(env);
      await env.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  baseURL: async ({ env }, use) => use(`${env.site}/`),
  context: async ({ context, env }, use) => {
    await use(context);
    expect(env.proxy?.outside.splice(0) ?? [], 'outside of the base path').toEqual([]);
  },
});

/** Opens a page of the site and waits for hydration. */
export async function visit(page: Page, path: string) {
  const response = await page.goto(path);
  await waitForHydration(page);
  return response;
}

/** With JavaScript, waits until `provide_auth` has replaced `fetch`; the app hydrates in the same task. */
export async function waitForHydration(page: Page) {
  if (hasScripts()) await page.waitForFunction(() => !window.fetch.toString().includes('[native code]'));
}

/** Opens the products page and logs in on the way, even if another user is signed in. */
export async function logIn(page: Page, user: User) {
  await page.goto('/auth/login?prompt=login&returnTo=%2Fproducts');
  await submitLogin(page, user);
  await expect(page).toHaveURL('/products');
  await waitForHydration(page);
}

export const products = (page: Page) => page.getByRole('listitem');
export const nameField = (page: Page) => page.getByLabel('Name');
export const addButton = (page: Page) => page.getByRole('button', { name: 'Add' });
