// The way through the foreign provider's pages.

import { type APIRequestContext, type Page, expect, test as base } from '@playwright/test';

import { type Plan, type World, startWorld } from './world';

export { expect };

export const test = base.extend<{ baseURL: string }, { plan: Plan; world: World }>({
  plan: [{ processes: 1, orders: false, tokenSeconds: 5 }, { option: true, scope: 'worker' }],
  world: [
    async ({ plan }, use) => {
      const world = await startWorld(plan);
      await use(world);
      await world.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  baseURL: async ({ world }, use) => use(world.site),
  // The provider's pages name a font on the internet; the tests need none of that.
  context: async ({ context }, use) => {
    await context.route((url) => !['localhost', '127.0.0.1'].includes(url.hostname), (route) => route.abort());
    await use(context);
  },
});

/** Signs in and agrees to everything. */
export async function logIn(page: Page, login: string) {
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill('anything');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

export type Ledger = {
  grants: { grant: string; resource: string | null }[];
  refused: { grant: string | null; error: string; description: string }[];
} & Record<'grant.revoked' | 'end_session.success' | 'authorization.success', number>;

export async function ledger(request: APIRequestContext, world: World): Promise<Ledger> {
  return (await request.get(`${world.provider}/ledger`)).json();
}
