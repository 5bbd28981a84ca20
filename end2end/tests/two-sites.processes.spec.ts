// Two sites on two ports of localhost. Cookies ignore ports, so the browser sends them to both.

import { type Page } from '@playwright/test';

import { alice, bob, expect, submitLogin, test, waitForHydration } from './fixtures';
import { type Site, startSites, stopSites } from './site-process';

const isSignedIn = async (page: Page, site: Site, email: string) => {
  await page.goto(`${site.url}/profile`);
  await expect(page).toHaveURL(`${site.url}/profile`);
  await waitForHydration(page);
  await expect(page.getByRole('cell', { name: email, exact: true })).toBeVisible();
};

const isSignedOut = async (page: Page, site: Site) => {
  await page.goto(site.url);
  await waitForHydration(page);
  await expect(page.getByRole('navigation').getByRole('link', { name: 'Log in' })).toBeVisible();
};

async function logInAt(page: Page, site: Site, user: typeof alice) {
  await page.goto(`${site.url}/auth/login?prompt=login&returnTo=%2Fprofile`);
  await submitLogin(page, user);
  await expect(page).toHaveURL(`${site.url}/profile`);
  await waitForHydration(page);
}

async function logOutAt(page: Page, site: Site) {
  await page.goto(site.url);
  await waitForHydration(page);
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL(`${site.url}/signed-out`);
}

test.describe('with different cookie names', () => {
  let sites: Site[] = [];
  test.beforeAll(async () => {
    sites = await startSites([{ AUTH0_COOKIE_NAME: 'first_session' }, { AUTH0_COOKIE_NAME: 'second_session' }]);
  });
  test.afterAll(() => stopSites(sites));

  test('login and logout at one do not affect the other', async ({ page }) => {
    const [first, second] = sites;
    await logInAt(page, first, alice);
    await isSignedOut(page, second);
    await logInAt(page, second, bob);
    await isSignedIn(page, first, alice.email);
    await isSignedIn(page, second, bob.email);
    await logOutAt(page, second);
    await isSignedIn(page, first, alice.email);
    await isSignedOut(page, second);
  });

  test('concurrent logins at both succeed', async ({ context }) => {
    const [first, second] = sites;
    const [one, two] = [await context.newPage(), await context.newPage()];
    await one.goto(`${first.url}/auth/login?prompt=login&returnTo=%2Fprofile`);
    await two.goto(`${second.url}/auth/login?prompt=login&returnTo=%2Fprofile`);
    await submitLogin(one, alice);
    await expect(one).toHaveURL(`${first.url}/profile`);
    await submitLogin(two, bob);
    await expect(two).toHaveURL(`${second.url}/profile`);
    await isSignedIn(one, first, alice.email);
  });
});

// A browser keeps one cookie per name, so the last login wins. But no site deletes the other's cookie.
test.describe('with the same cookie name', () => {
  let sites: Site[] = [];
  test.beforeAll(async () => {
    sites = await startSites([{}, {}]);
  });
  test.afterAll(() => stopSites(sites));

  test('the last login stays, although the other site receives its cookie', async ({ page }) => {
    const [first, second] = sites;
    await logInAt(page, first, alice);
    await logInAt(page, second, bob);
    await isSignedOut(page, first);
    await isSignedIn(page, second, bob.email);
    await logInAt(page, first, alice);
    await isSignedOut(page, second);
    await isSignedIn(page, first, alice.email);
  });
});
