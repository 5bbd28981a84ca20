// Fixtures and helpers of all specifications. A path that begins with `./` is relative to the base path of the site.

import { type BrowserContext, type Page, expect, test as base } from '@playwright/test';

export { expect };

export const alice = { email: 'alice@example.com', name: 'Alice Example', subject: 'auth0|alice' };
export const bob = { email: 'bob@example.com', name: 'Bob Example', subject: 'auth0|bob' };
export const PASSWORD = 'local-only';

export type User = typeof alice;

type Options = {
  /** Allowed console errors of a test; any other fails it. */
  expectedConsoleErrors: RegExp;
};

/** A test fails if a page throws, violates its Content-Security-Policy, or logs an error. */
export const test = base.extend<Options>({
  expectedConsoleErrors: [/^$/, { option: true }],
  context: async ({ context, expectedConsoleErrors }, use) => {
    const consoleErrors: string[] = [];
    context.on('console', (message) => {
      if (message.type() === 'error' || /Content.Security.Policy|hydrat/i.test(message.text())) {
        consoleErrors.push(`${message.text()} (${message.location().url})`);
      }
    });
    context.on('weberror', (error) => {
      const { message } = error.error();
      // Chromium reports a view transition that it does not run as an unhandled rejection: if the next page does not opt in, as
      // pages of the engine and files, if the size of the window changes, or if the page is rendered too late.
      if (!/^Transition was (skipped|aborted)/.test(message)) consoleErrors.push(`thrown: ${message}`);
    });
    await use(context);
    const unexpected = consoleErrors.filter((text) => !expectedConsoleErrors.test(text));
    expect(unexpected, 'unexpected console errors').toEqual([]);
  },
});

/** Returns whether JavaScript is enabled. */
export const hasScripts = () => test.info().project.use.javaScriptEnabled !== false;

/** Opens a page of the site and waits for its islands. */
export async function visit(page: Page, path: string) {
  const response = await page.goto(path);
  await waitForHydration(page);
  return response;
}

/** Pages without islands. */
const SERVER_RENDERED_PAGES = ['/tokens'];

/** With JavaScript, waits until the islands of the page run. */
export async function waitForHydration(page: Page) {
  const { pathname } = new URL(page.url());
  const hydrates = hasScripts() && !SERVER_RENDERED_PAGES.some((path) => pathname.endsWith(path));
  if (hydrates) await expect(page.locator('html')).toHaveAttribute('data-hydrated', '1');
}

/** Logs in from the start page. */
export async function logIn(page: Page, user: User) {
  await visit(page, './');
  await page.getByRole('navigation').getByRole('link', { name: 'Log in' }).click();
  await submitLogin(page, user);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(user.name);
  await waitForHydration(page);
}

/** Logs in as `user`, even if another user is signed in; ends on the products page. */
export async function logInAs(page: Page, user: User) {
  await page.goto('/auth/login?prompt=login&returnTo=%2Fproducts');
  await submitLogin(page, user);
  await expect(page).toHaveURL('/products');
  await waitForHydration(page);
}

/** Submits the tenant's login form. */
export async function submitLogin(page: Page, user: User, password = PASSWORD) {
  await page.locator('#username').fill(user.email);
  await page.locator('#password').fill(password);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
}

export async function logOut(page: Page) {
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL('./signed-out');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are signed out');
}

/** Keeps the tabs of `context` from telling each other about logins and logouts, as in a browser without channels. */
export async function withoutChannels(context: BrowserContext) {
  await context.addInitScript(() => void Reflect.deleteProperty(window, 'BroadcastChannel'));
}

/** Tells the page that it became visible. A headless browser shows all tabs at once and never fires this event itself. */
export async function becomeVisible(page: Page) {
  await page.bringToFront();
  await page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
}

/** Follows a link to `url` on a page of another site. */
export async function visitFromAnotherSite(page: Page, url: string) {
  await page.route('http://elsewhere.example/**', (route) => route.fulfill({
    contentType: 'text/html',
    body: `<title>elsewhere</title><a href="${url}">a link</a>`,
  }));
  await page.goto('http://elsewhere.example/');
  await page.getByRole('link').click();
}

/** The rows of the list, without its header. */
export const productRows = (page: Page) =>
  page.getByRole('table', { name: 'Your products' }).getByRole('row').filter({ has: page.getByRole('rowheader') });

export const productNames = (page: Page) => productRows(page).getByRole('rowheader').allTextContents();
