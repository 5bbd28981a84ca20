// The devices on which a user is signed in: in the profile, and at the dashboard of the local tenant. The site of this file
// has no other sessions than those of its tests.

import AxeBuilder from '@axe-core/playwright';
import { type Browser, type Page } from '@playwright/test';

import { alice, becomeVisible, bob, expect, hasScripts, submitLogin, test, waitForHydration } from './fixtures';
import { type Site, startSites, stopSites } from './site-process';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const SAFARI = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

let sites: Site[] = [];
let tenant = '';
test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ request }) => {
  sites = await startSites([{}]);
  const login = await request.get(`${sites[0].url}/auth/login`, {
    maxRedirects: 0, headers: { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-site': 'none' },
  });
  tenant = new URL(login.headers().location).origin;
});
test.afterAll(() => stopSites(sites));
test.beforeEach(async ({ browser }) => {
  // Sessions of earlier tests.
  const context = await browser.newContext({ javaScriptEnabled: hasScripts() });
  for (const user of [alice, bob]) await signOutEverywhere(await context.newPage(), user.name);
  await context.close();
});

const devices = (page: Page) => page.getByRole('region', { name: 'Signed-in devices' }).getByRole('listitem');

/** Logs in with a browser of its own and opens the profile. */
async function openProfile(browser: Browser, user: typeof alice, userAgent: string): Promise<Page> {
  const context = await browser.newContext({ userAgent, javaScriptEnabled: hasScripts() });
  const page = await context.newPage();
  await page.goto(`${sites[0].url}/profile`);
  await submitLogin(page, user);
  await expect(page).toHaveURL(`${sites[0].url}/profile`);
  await waitForHydration(page);
  return page;
}

/** Returns whether the session of the browser of `page` still exists, without a change of the page. */
async function isSignedIn(page: Page): Promise<boolean> {
  const response = await page.request.get(`${sites[0].url}/auth/user`);
  return (await response.json()) !== null;
}

async function signOutEverywhere(dashboard: Page, name: string) {
  await dashboard.goto(tenant);
  await dashboard.getByRole('button', { name: `Sign out everywhere ${name}`, exact: true }).click();
  await expect(dashboard.locator('#log')).toContainText('responded with 200 OK');
}

test('the profile lists browsers and systems in words, and marks this one', async ({ browser }) => {
  const laptop = await openProfile(browser, alice, FIREFOX);
  const phone = await openProfile(browser, alice, SAFARI);
  await openProfile(browser, bob, FIREFOX);
  await laptop.reload();
  await expect(devices(laptop)).toHaveCount(2);
  await expect(devices(laptop).filter({ hasText: 'Firefox on Linux' })).toContainText('This device');
  await expect(devices(laptop).filter({ hasText: 'Safari on iPhone' })).toContainText('Active now');
  await expect(devices(phone).filter({ hasText: 'Safari on iPhone' })).toContainText('This device');
  // The button is for other devices.
  await expect(laptop.getByRole('button', { name: /^Sign out Safari/ })).toHaveCount(1);
  await expect(laptop.getByRole('button', { name: /^Sign out Firefox/ })).toHaveCount(0);
});

test('one other device is signed out', async ({ browser }) => {
  const laptop = await openProfile(browser, alice, FIREFOX);
  const phone = await openProfile(browser, alice, SAFARI);
  const bobs = await openProfile(browser, bob, SAFARI);
  await laptop.reload();
  await laptop.getByRole('button', { name: 'Sign out Safari on iPhone' }).click();
  await expect(laptop.getByRole('status')).toHaveText('The device was signed out.');
  await expect(laptop.getByRole('status')).toBeFocused();
  await expect(devices(laptop)).toHaveCount(1);
  expect(await isSignedIn(laptop)).toBe(true);
  expect(await isSignedIn(phone)).toBe(false);
  expect(await isSignedIn(bobs)).toBe(true);
  if (!hasScripts()) return;
  await becomeVisible(phone);
  await expect(phone.getByRole('alert')).toContainText('Your session has ended.');
});

test('all other devices are signed out', async ({ browser }) => {
  const others = [await openProfile(browser, alice, FIREFOX), await openProfile(browser, alice, SAFARI)];
  const laptop = await openProfile(browser, alice, FIREFOX);
  await expect(devices(laptop)).toHaveCount(3);
  await laptop.getByRole('button', { name: 'Sign out all other devices' }).click();
  await expect(laptop.getByRole('status')).toHaveText('All other devices were signed out.');
  await expect(devices(laptop)).toHaveCount(1);
  await expect(laptop.getByRole('button', { name: /^Sign out/ })).toHaveCount(0);
  for (const other of others) expect(await isSignedIn(other)).toBe(false);
});

test('the dashboard of the tenant signs a user out everywhere, and the site follows within a second', async ({ browser, page }) => {
  const laptop = await openProfile(browser, alice, FIREFOX);
  const phone = await openProfile(browser, alice, SAFARI);
  const bobs = await openProfile(browser, bob, SAFARI);
  await page.goto(tenant);
  await page.getByRole('button', { name: `Sign out everywhere ${alice.name}`, exact: true }).click();
  for (const device of [laptop, phone]) await expect.poll(() => isSignedIn(device), { timeout: 1_000 }).toBe(false);
  expect(await isSignedIn(bobs)).toBe(true);
  await expect(page.locator('#log')).toContainText(`signed ${alice.subject} out everywhere: 2 sessions ended.`);
  await laptop.reload();
  await expect(laptop.locator('#username')).toBeVisible();
});

test('the dashboard of the tenant ends one session', async ({ browser, page }) => {
  const laptop = await openProfile(browser, alice, FIREFOX);
  await page.goto(tenant);
  // Sessions are listed with the newest first.
  await openProfile(browser, alice, SAFARI).then(async (phone) => {
    await page.reload();
    await page.getByRole('button', { name: /^End session/ }).first().click();
    await expect.poll(() => isSignedIn(phone), { timeout: 1_000 }).toBe(false);
  });
  expect(await isSignedIn(laptop)).toBe(true);
  await expect(page.getByRole('button', { name: /^End session/ })).toHaveCount(1);
});

test('devices and dashboard are accessible', async ({ browser }) => {
  test.skip(!hasScripts(), 'axe is a script');
  test.slow();
  const laptop = await openProfile(browser, alice, FIREFOX);
  await openProfile(browser, alice, SAFARI);
  await laptop.reload();
  const dashboard = await laptop.context().newPage();
  await dashboard.goto(tenant);
  for (const page of [laptop, dashboard]) {
    for (const viewport of [{ width: 320, height: 640 }, { width: 1280, height: 800 }]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const { violations } = await new AxeBuilder({ page }).analyze();
        const where = `${page.url()}, ${colorScheme}, ${viewport.width} px`;
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target).join(', ')}`), where).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(overflow, `pixels to scroll sideways: ${where}`).toBe(0);
      }
    }
  }
});
