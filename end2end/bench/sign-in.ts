// A login at the foreign provider without a browser: its forms are sent as plain requests.

import { type APIRequestContext, expect } from '@playwright/test';

import type { TestEnv } from '../foreign-provider/test-env';

/** Logs in and consents. The session's cookies are in `request` afterwards. */
export async function signIn(request: APIRequestContext, env: TestEnv, login: string) {
  let page = await request.get(`${env.site}/auth/login`);
  for (const form of [{ prompt: 'login', login, password: 'anything' }, { prompt: 'consent' }]) {
    const action = (await page.text()).match(/<form[^>]* action="([^"]+)"/)?.[1];
    if (!action) throw new Error(`${page.url()} (${page.status()}) has no form`);
    page = await request.post(new URL(action, page.url()).href, { form });
  }
  expect(page.url(), 'the login leads back to the site').toBe(`${env.site}/`);
}

/** Returns the `Cookie` header of the session. */
export async function sessionCookie(request: APIRequestContext): Promise<string> {
  const { cookies } = await request.storageState();
  const own = cookies.filter(({ domain }) => domain === 'localhost');
  expect(own.length, 'cookies of the site').toBeGreaterThan(0);
  return own.map(({ name, value }) => `${name}=${value}`).join('; ');
}
