// The end of the session as text, for pages without JavaScript.

import { alice, expect, hasScripts, test, visit } from './fixtures';
import { signIn } from './sign-in';

const THREE_DAYS = 3 * 24 * 60 * 60;

test('without JavaScript, a page says when the session ends and what moves the end', async ({ page }) => {
  await signIn(page, alice);
  await visit(page, '/profile');
  const text = page.locator('.session-end');
  // A browser with JavaScript shows a notice in time instead.
  if (hasScripts()) return expect(text).toHaveCount(0);
  await expect(text).toBeVisible();
  await expect(text).toContainText(/^Your session ends in \d+ (hours|minutes), on \d+ \w+ \d{4}, \d\d:\d\d UTC\. Each page that you open moves this time\.$/);
  const end = await text.locator('time').getAttribute('datetime');
  const hours = (Date.parse(end!) - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(23.9);
  expect(hours).toBeLessThan(24.1);
});

test('without JavaScript, a page says that only a login continues the session', async ({ page }) => {
  await signIn(page, alice, { logged_in_ago: THREE_DAYS - 600 });
  await visit(page, '/profile');
  if (hasScripts()) return;
  await expect(page.locator('.session-end')).toContainText(/^Your session ends in (9|10) minutes, .* Then please log in again\.$/);
});

test('a page of an anonymous visitor says nothing about a session', async ({ page }) => {
  await visit(page, '/');
  await expect(page.locator('.session-end')).toHaveCount(0);
  await expect(page.locator('.session-expiry')).toHaveCount(0);
});
