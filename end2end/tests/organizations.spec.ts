// The organization of the user, and the switch to another one.

import { type Page } from '@playwright/test';

import { alice, bob, expect, logIn, productRows, test, visit, waitForHydration } from './fixtures';

/** Switches on the profile page. The user has a session at the tenant, so it shows no form. */
async function switchTo(page: Page, organization: string) {
  await visit(page, './profile');
  await page.getByLabel('Organization, by name or org_id').fill(organization);
  await page.getByRole('button', { name: 'Switch organization' }).click();
}

async function expectOrganization(page: Page, name: string) {
  await expect(page).toHaveURL('./profile');
  await expect(page.getByRole('main')).toContainText(`You are signed in to ${name}.`);
  await expect(page.getByRole('navigation')).toContainText(name);
  await waitForHydration(page);
}

test('a member switches between organizations', async ({ page }) => {
  await logIn(page, alice);
  await visit(page, './profile');
  await expect(page.getByRole('main')).toContainText('You are signed in without an organization.');
  await switchTo(page, 'acme');
  await expectOrganization(page, 'acme');
  await switchTo(page, 'Globex');
  await expectOrganization(page, 'globex');
  await expect(page.getByRole('cell', { name: 'org_Globex00000001', exact: true })).toBeVisible();
  // With the tokens of the new login.
  await visit(page, './products');
  await expect(productRows(page)).not.toHaveCount(0);
});

test.describe('of another organization', () => {
  test.use({ expectedConsoleErrors: /status of 403/ });

  test('a user who is no member keeps the session', async ({ page }) => {
    await logIn(page, bob);
    await switchTo(page, 'acme');
    await expectOrganization(page, 'acme');
    await switchTo(page, 'globex');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('You were not logged in');
    await expect(page.getByRole('main')).toContainText('user auth0|bob is not part of the org_Globex00000001 organization');
    await visit(page, './profile');
    await expectOrganization(page, 'acme');
  });
});
