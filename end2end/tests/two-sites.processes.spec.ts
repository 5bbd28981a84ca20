// Two sites at two ports of localhost. To a browser they are one host: it sends the cookies of either to both.

import { type Page } from '@playwright/test';

import { alice, bob, alive, expect, fillIn, test } from './site';
import { type Site, startSites, stopSites } from './sites';

const isSignedIn = async (page: Page, site: Site, email: string) => {
  await page.goto(`${site.url}/profile`);
  await expect(page).toHaveURL(`${site.url}/profile`);
  await alive(page);
  await expect(page.getByRole('cell', { name: email, exact: true })).toBeVisible();
};

const isSignedOut = async (page: Page, site: Site) => {
  await page.goto(site.url);
  await alive(page);
  await expect(page.getByRole('navigation').getByRole('link', { name: 'Log in' })).toBeVisible();
};

async function logInAt(page: Page, site: Site, person: typeof alice) {
  await page.goto(`${site.url}/auth/login?prompt=login&returnTo=%2Fprofile`);
  await fillIn(page, person);
  await expect(page).toHaveURL(`${site.url}/profile`);
  await alive(page);
}

async function logOutAt(page: Page, site: Site) {
  await page.goto(site.url);
  await alive(page);
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL(`${site.url}/signed-out`);
}

test.describe('with a cookie name of its own each', () => {
  let sites: Site[] = [];
  test.beforeAll(async () => {
    sites = await startSites([{ AUTH0_COOKIE_NAME: 'first_session' }, { AUTH0_COOKIE_NAME: 'second_session' }]);
  });
  test.afterAll(() => stopSites(sites));

  test('a login and a logout at one leave the other alone', async ({ page }) => {
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

  test('a login under way at both at once ends well at both', async ({ context }) => {
    const [first, second] = sites;
    const [one, two] = [await context.newPage(), await context.newPage()];
    await one.goto(`${first.url}/auth/login?prompt=login&returnTo=%2Fprofile`);
    await two.goto(`${second.url}/auth/login?prompt=login&returnTo=%2Fprofile`);
    await fillIn(one, alice);
    await expect(one).toHaveURL(`${first.url}/profile`);
    await fillIn(two, bob);
    await expect(two).toHaveURL(`${second.url}/profile`);
    await isSignedIn(one, first, alice.email);
  });
});

// A browser keeps one cookie of a name: the last login wins. But no site takes the other's cookie away.
test.describe('with the same cookie name', () => {
  let sites: Site[] = [];
  test.beforeAll(async () => {
    sites = await startSites([{}, {}]);
  });
  test.afterAll(() => stopSites(sites));

  test('the last login stays, whatever the other site sees of its cookie', async ({ page }) => {
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
