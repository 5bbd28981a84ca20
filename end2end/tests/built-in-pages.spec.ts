// The built-in pages of axum-auth0, in a browser that enforces their policy.

import { type Page } from '@playwright/test';

import { alice, bob, expect, logIn, logInAs, test, visit, visitFromAnotherSite } from './fixtures';

/** Asserts that site and provider have no session: the next login asks for a password. */
async function expectSignedOutEverywhere(page: Page) {
  await expect(page).toHaveURL('/signed-out');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are signed out');
  await page.goto('/profile');
  await expect(page.locator('#password')).toBeVisible();
}

test('a cross-site link to the logout asks for confirmation, and its button logs out at site and provider', async ({ page, baseURL }) => {
  await logIn(page, alice);
  await visitFromAnotherSite(page, `${baseURL}/auth/logout`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Do you want to log out?');
  await page.getByRole('button', { name: 'Log out' }).click();
  await expectSignedOutEverywhere(page);
});

test('the confirmation can be left without a logout', async ({ page, baseURL }) => {
  await logIn(page, alice);
  await visitFromAnotherSite(page, `${baseURL}/auth/logout`);
  await page.getByRole('main').getByRole('link').first().click();
  await visit(page, '/profile');
  await expect(page.getByRole('cell', { name: alice.email, exact: true })).toBeVisible();
});

for (const path of ['/', '/products', '/profile', '/tokens', '/signed-out', '/no-such-page']) {
  test.describe(`the button "Log out" on ${path}`, () => {
    test.use({ expectedConsoleErrors: /status of 404/ });

    test('logs out at site and provider', async ({ page }) => {
      await logIn(page, alice);
      await visit(page, path);
      await page.getByRole('button', { name: 'Log out' }).click();
      await expectSignedOutEverywhere(page);
    });
  });
}

test.describe('the page for a rejected form', () => {
  test.use({ expectedConsoleErrors: /status of 409/ });

  // Without JavaScript the browser posts the form itself.
  test('links back', async ({ context, page }) => {
    await logIn(page, alice);
    await page.goto('/tokens');
    const other = await context.newPage();
    await logInAs(other, bob);
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Someone else is signed in now');
    await page.getByRole('link', { name: 'Open the page again' }).click();
    await expect(page).toHaveURL('/tokens');
    await expect(page.getByText('✓ held')).toBeVisible();
  });
});
