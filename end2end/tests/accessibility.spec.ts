// axe with all rules on every page: light and dark, wide and narrow, signed in and signed out.

import AxeBuilder from '@axe-core/playwright';
import { type Page } from '@playwright/test';

import { alice, expect, hasScripts, test, visit } from './fixtures';
import { addPanel, submitProduct } from './product-forms';
import { signIn } from './sign-in';

const NARROW = { width: 320, height: 640 };
const WIDE = { width: 1280, height: 800 };

// axe is a script, so JavaScript is always enabled. A policy blocks the scripts of the page instead, which the browser
// reports.
test.use({ javaScriptEnabled: true, expectedConsoleErrors: /script-src 'none'|status of 4\d\d/ });

async function forbidScripts(page: Page) {
  await page.route('**/*', async (route) => {
    if (route.request().resourceType() !== 'document') return route.fallback();
    const response = await route.fetch();
    const headers = { ...response.headers(), 'content-security-policy': "script-src 'none'" };
    await route.fulfill({ response, headers });
  });
}

async function audit(page: Page, path: string) {
  if (!hasScripts()) await forbidScripts(page);
  await visit(page, path);
  await auditHere(page, path);
}

/** Audits the page as it is. */
async function auditHere(page: Page, path: string) {
  // Opens all `details` elements.
  await page.locator('details').evaluateAll((all) => all.forEach((details) => details.setAttribute('open', '')));
  for (const viewport of [NARROW, WIDE]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const { violations } = await new AxeBuilder({ page }).analyze();
      const where = `${path}, ${colorScheme}, ${viewport.width} px`;
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target).join(', ')}`), where).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, `pixels to scroll sideways: ${where}`).toBe(0);
    }
  }
}

for (const path of ['/', '/signed-out']) {
  test(`${path} is accessible when signed out`, async ({ page }) => audit(page, path));
}

for (const path of ['/', '/products', '/profile', '/signed-out', '/tokens']) {
  test(`${path} is accessible when signed in`, async ({ page }) => {
    test.slow();
    await signIn(page, alice);
    await audit(page, path);
  });
}

test('the products page is accessible with an open editor', async ({ page }) => {
  test.slow();
  await signIn(page, alice);
  await visit(page, '/products');
  const path = await page.getByRole('link', { name: /^Edit / }).first().getAttribute('href');
  await audit(page, path!);
  await expect(page.locator('#editor')).toBeVisible();
});

test('the products page is accessible with a confirmation', async ({ page }) => {
  test.slow();
  await signIn(page, alice);
  await audit(page, '/products?done=added');
  await expect(page.locator('#done')).toBeVisible();
});

test('the products page is accessible with a rejected form', async ({ page }) => {
  test.slow();
  await signIn(page, alice);
  await visit(page, '/products');
  await submitProduct(page, { name: 'n'.repeat(81), price: 'cheap' });
  await expect(addPanel(page).getByLabel('Price')).toHaveAttribute('aria-invalid', 'true');
  await auditHere(page, 'a rejected form');
});

test('the page for an unknown path is accessible', async ({ page }) => audit(page, '/no-such-page'));

test('the page of a failed login is accessible', async ({ page }) => {
  await page.setViewportSize(NARROW);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const response = await page.goto('/auth/callback?error=access_denied&state=forged');
    expect(response?.status()).toBe(400);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByRole('main').getByRole('link').first()).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, help }) => `${id}: ${help}`)).toEqual([]);
  }
});
