// The pages that the engine itself draws, in a browser that obeys their policy.

import { type Page } from '@playwright/test';

import { alice, bob, expect, logIn, logInAs, test, visit, visitFromElsewhere } from './site';

/** Signed out here and at the provider: the next login asks for a password. */
async function isSignedOutEverywhere(page: Page) {
  await expect(page).toHaveURL('/signed-out');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are signed out');
  await page.goto('/profile');
  await expect(page.locator('#password')).toBeVisible();
}

test('a link of another site to the logout asks first, and its button logs out here and at the provider', async ({ page, baseURL }) => {
  await logIn(page, alice);
  await visitFromElsewhere(page, `${baseURL}/auth/logout`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Do you want to log out?');
  await page.getByRole('button', { name: 'Log out' }).click();
  await isSignedOutEverywhere(page);
});

test('the same question can be left without a logout', async ({ page, baseURL }) => {
  await logIn(page, alice);
  await visitFromElsewhere(page, `${baseURL}/auth/logout`);
  await page.getByRole('main').getByRole('link').first().click();
  await visit(page, '/profile');
  await expect(page.getByRole('cell', { name: alice.email, exact: true })).toBeVisible();
});

for (const path of ['/', '/products', '/profile', '/tokens', '/signed-out', '/no-such-page']) {
  test.describe(`the button "Log out" on ${path}`, () => {
    test.use({ expectedComplaints: /status of 404/ });

    test('logs out here and at the provider', async ({ page }) => {
      await logIn(page, alice);
      await visit(page, path);
      await page.getByRole('button', { name: 'Log out' }).click();
      await isSignedOutEverywhere(page);
    });
  });
}

test.describe('the page for a form that was refused', () => {
  test.use({ expectedComplaints: /status of 409/ });

  // Nothing of the page runs in the browser, so the browser posts the form itself.
  test('leads back', async ({ context, page }) => {
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
