// The notice before a session ends that only a new login continues.

import AxeBuilder from '@axe-core/playwright';
import { type Page } from '@playwright/test';

import { alice, expect, submitLogin, test, visit } from './fixtures';
import { addPanel, fillInProduct, uniqueName } from './product-forms';
import { signIn } from './sign-in';

const THREE_DAYS = 3 * 24 * 60 * 60;

const notice = (page: Page) => page.getByRole('alertdialog', { name: 'Your session ends soon.' });
const loginLink = (page: Page) => notice(page).getByRole('link', { name: 'Log in again in a new tab' });

/** Returns the texts of the live region from now on. */
async function recordAnnouncements(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    const region = document.querySelector('[aria-live="assertive"]')!;
    const record = () => {
      const text = region.textContent?.trim();
      if (text && text !== seen.at(-1)) seen.push(text);
    };
    record();
    new MutationObserver(record).observe(region, { childList: true, subtree: true, characterData: true });
  });
  return () => page.evaluate(() => (window as unknown as { seen: string[] }).seen);
}

test('an absolute limit leads to the login in a new tab, and then the notice disappears', async ({ context, page }) => {
  const name = uniqueName('Half a thought');
  await signIn(page, alice, { logged_in_ago: THREE_DAYS - 55 });
  await visit(page, '/products');
  await expect(notice(page)).toContainText(/You will be signed out in 0:\d\d\. To continue, log in again\./);
  await expect(notice(page).getByRole('button')).toHaveCount(0);
  await expect(loginLink(page)).toBeFocused();
  await fillInProduct(page, { name });

  const opened = context.waitForEvent('page');
  await loginLink(page).click();
  const tab = await opened;
  await submitLogin(tab, alice);
  await expect(tab).toHaveURL('/products');
  await expect(notice(page)).toBeHidden();
  await expect(addPanel(page).getByLabel('Name')).toHaveValue(name);
  expect(await page.evaluate(() => fetch('/auth/session').then((r) => r.json()))).toMatchObject({ limit: 'inactivity' });
});

test('the notice does not take the focus from a field', async ({ page }) => {
  test.slow();
  await signIn(page, alice, { logged_in_ago: THREE_DAYS - 72 });
  await visit(page, '/products');
  await expect(notice(page)).toBeHidden();
  await fillInProduct(page, { name: 'still typing' });
  const field = addPanel(page).getByLabel('Name');
  await field.focus();
  const announcements = await recordAnnouncements(page);
  await expect(notice(page)).toBeVisible({ timeout: 30_000 });
  await page.keyboard.type(', and still');
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('still typing, and still');
  expect((await announcements())[0]).toMatch(/^You will be signed out in (60|59) seconds\./);
});

test('at the end the page shows that the session ended, and keeps what was typed', async ({ page }) => {
  test.slow();
  await signIn(page, alice, { provider_ends_in: 25 });
  await visit(page, '/products');
  await expect(notice(page)).toBeVisible();
  const announcements = await recordAnnouncements(page);
  await fillInProduct(page, { name: 'not lost' });
  const ended = page.getByRole('alert').filter({ hasText: 'Your session has ended.' });
  await expect(ended).toBeVisible({ timeout: 40_000 });
  await expect(notice(page)).toBeHidden();
  await expect(addPanel(page).getByLabel('Name')).toHaveValue('not lost');
  await expect(page).toHaveURL('/products');
  // Once for the notice, and once at ten seconds.
  const texts = await announcements();
  expect(texts).toHaveLength(2);
  expect(texts[1]).toContain('signed out in 10 seconds');
});

test('the notice is accessible', async ({ page }) => {
  test.slow();
  await signIn(page, alice, { logged_in_ago: THREE_DAYS - 58 });
  await visit(page, '/products');
  await expect(notice(page)).toBeVisible();
  for (const viewport of [{ width: 320, height: 640 }, { width: 1280, height: 800 }]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target).join(', ')}`)).toEqual([]);
      const box = (await notice(page).boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(viewport.width);
      await page.screenshot({ path: test.info().outputPath(`notice-${colorScheme}-${viewport.width}.png`) });
    }
  }
  await expect(notice(page)).toBeVisible();
});
