// What every specification needs: a page that complains about nothing, people who log in, and the way around.

import { type Page, expect, test as base } from '@playwright/test';

export { expect };

export const alice = { email: 'alice@example.com', name: 'Alice Example', subject: 'auth0|alice' };
export const bob = { email: 'bob@example.com', name: 'Bob Example', subject: 'auth0|bob' };
export const PASSWORD = 'local-only';

export type Person = typeof alice;

type Options = {
  /** What the browser may write to its console during this test; everything else is a failure. */
  expectedComplaints: RegExp;
};

/** Every test fails if a page threw, broke its Content-Security-Policy, or wrote an error to the console. */
export const test = base.extend<Options>({
  expectedComplaints: [/^$/, { option: true }],
  context: async ({ context, expectedComplaints }, use) => {
    const complaints: string[] = [];
    context.on('console', (message) => {
      if (message.type() === 'error' || /Content.Security.Policy|hydrat/i.test(message.text())) {
        complaints.push(`${message.text()} (${message.location().url})`);
      }
    });
    context.on('weberror', (error) => complaints.push(`thrown: ${error.error().message}`));
    await use(context);
    const unexpected = complaints.filter((text) => !expectedComplaints.test(text));
    expect(unexpected, 'what the browser complained about').toEqual([]);
  },
});

/** Whether this run has JavaScript. */
export const hasScripts = () => test.info().project.use.javaScriptEnabled !== false;

/** Opens a page of the site, and waits until it is alive. */
export async function visit(page: Page, path: string) {
  const response = await page.goto(path);
  await alive(page);
  return response;
}

/** Pages that the server draws alone: nothing of theirs runs in the browser. */
const DRAWN_BY_THE_SERVER = ['/tokens'];

/** With JavaScript: the page has hydrated. Before that a click can get lost between the two kinds of handling it. */
export async function alive(page: Page) {
  const hydrates = hasScripts() && !DRAWN_BY_THE_SERVER.includes(new URL(page.url()).pathname);
  if (hydrates) await expect(page.locator('html')).toHaveAttribute('data-hydrated', '1');
}

/** From the start page through the tenant's form back to the start page. */
export async function logIn(page: Page, person: Person) {
  await visit(page, '/');
  await page.getByRole('navigation').getByRole('link', { name: 'Log in' }).click();
  await fillIn(page, person);
  await expect(page.getByRole('heading', { level: 1 })).toContainText(person.name);
  await alive(page);
}

/** A login as `person`, whoever is signed in; ends on the products. */
export async function logInAs(page: Page, person: Person) {
  await page.goto('/auth/login?prompt=login&returnTo=%2Fproducts');
  await fillIn(page, person);
  await expect(page).toHaveURL('/products');
  await alive(page);
}

/** The tenant's form. */
export async function fillIn(page: Page, person: Person, password = PASSWORD) {
  await page.locator('#username').fill(person.email);
  await page.locator('#password').fill(password);
  await page.getByRole('button', { name: 'Continue' }).click();
}

export async function logOut(page: Page) {
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page).toHaveURL('/signed-out');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are signed out');
}

/** Follows a link to `url` on a page of another site. */
export async function visitFromElsewhere(page: Page, url: string) {
  await page.route('http://elsewhere.example/**', (route) => route.fulfill({
    contentType: 'text/html',
    body: `<title>elsewhere</title><a href="${url}">a link</a>`,
  }));
  await page.goto('http://elsewhere.example/');
  await page.getByRole('link').click();
}

/** The rows of the list, without its head. */
export const productRows = (page: Page) =>
  page.getByRole('table', { name: 'Your products' }).getByRole('row').filter({ has: page.getByRole('rowheader') });

export const productNames = (page: Page) => productRows(page).getByRole('rowheader').allTextContents();
