// Signs a user in without a login, for specifications that are about something else. `POST /dev/sign-in` exists in debug
// builds only.

import { type Page, expect } from '@playwright/test';

import { type User, visit } from './fixtures';

type Options = {
  /** Claims about the user, in addition to those of the local tenant. */
  claims?: Record<string, unknown>;
  /** Access tokens by audience, instead of those of the local tenant. */
  tokens?: Record<string, string>;
  /** How long ago the user logged in, in seconds. */
  logged_in_ago?: number;
  /** How long ago the user proved their identity at the provider, in seconds; when they logged in by default. */
  authenticated_ago?: number;
  /** How long ago the session was last used, in seconds. */
  last_used_ago?: number;
  /** In what time the provider ends the session, in seconds. */
  provider_ends_in?: number;
};

/**
 * Signs in `user` in the browser of `page`, and opens the start page.
 *
 * A user of the local tenant gets its tokens, so the APIs work. `user` is one of the fixtures or the `sub` of any user.
 */
export async function signIn(page: Page, user: User | string, options: Options = {}) {
  const sub = typeof user === 'string' ? user : user.subject;
  const response = await page.request.post('./dev/sign-in', { data: { sub, ...options } });
  expect(response.status(), await response.text()).toBe(204);
  await visit(page, './');
}
