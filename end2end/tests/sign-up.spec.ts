// The link that opens the registration of the provider.

import { expect, test, visit, waitForHydration } from './fixtures';

test('a visitor signs up and is signed in', async ({ page }) => {
  await visit(page, './');
  await page.getByRole('navigation').getByRole('link', { name: 'Sign up' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign up');
  await page.getByLabel('Email address').fill(`carol-${Date.now()}-${Math.floor(Math.random() * 1e6)}@example.com`);
  await page.getByLabel('Given name').fill('Carol');
  await page.getByLabel('Family name').fill('Example');
  await page.getByLabel('Password').fill('local-only');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Hello, Carol Example');
  await waitForHydration(page);
});
