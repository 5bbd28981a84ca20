// A provider that ignores `acr_values`: its ID token has no `acr`, so the step-up login fails, and the form is not sent.

import { expect, logIn, test } from './fixtures';

test('a second factor that the provider does not prove is refused', async ({ page }) => {
  await page.goto('/products');
  await logIn(page, 'dora');
  await expect(page).toHaveURL('/products');
  await expect(page.getByRole('rowheader')).toHaveCount(20);
  const panel = page.locator('details', { has: page.locator('summary', { hasText: 'Add a product' }) });
  await panel.locator('summary').click();
  for (const [label, value] of [['Name', 'Safe'], ['Category', 'Furniture'], ['Price', '1000.01'], ['Stock', '1']]) {
    await panel.getByLabel(label).fill(value);
  }
  await panel.getByRole('button', { name: 'Add product' }).click();
  // The provider has a session, and asks for the consent only.
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The provider did not confirm who you are again');
  await page.goto('/products');
  await expect(page.getByRole('rowheader')).toHaveCount(20);
  await expect(page.getByRole('rowheader', { name: 'Safe', exact: true })).toHaveCount(0);
});
