// A tab that stays open over a deploy. The new release has other names for its script and its WASM, and those of the old
// release are gone.

import { type Page } from '@playwright/test';

import { expect, logIn, test } from './fixtures';

const hasScripts = () => test.info().project.use.javaScriptEnabled !== false;

const waitForIslands = async (page: Page) => {
  if (hasScripts()) await expect(page.locator('html')).toHaveAttribute('data-hydrated', '1');
};

/** Opens the products page as a user of the current release, and fills in the form. Returns the path of its script. */
async function openForm(page: Page, name: string): Promise<string> {
  const panel = page.locator('details', { has: page.locator('summary', { hasText: 'Add a product' }) });
  await panel.locator('summary').click();
  for (const [label, value] of [['Name', name], ['Category', 'Tests'], ['Price', '1.00'], ['Stock', '1']]) {
    await panel.getByLabel(label).fill(value);
  }
  return script(page);
}

const script = async (page: Page) => (await page.locator('link[rel=modulepreload]').first().getAttribute('href'))!;

test('an open page of the old release submits its form and follows its links', async ({ page, request, env }) => {
  const thrown: string[] = [];
  page.on('pageerror', (error) => thrown.push(error.message));
  await page.goto('/products');
  await logIn(page, 'frank');
  await expect(page).toHaveURL('/products');
  await waitForIslands(page);
  const old = await openForm(page, 'Lamp');
  const other = await page.context().newPage();
  await other.goto('/products');
  await waitForIslands(other);

  await env.deploy('next-release');
  expect((await request.get(old)).status()).toBe(404);

  await test.step('a form is saved, and leads to a page of the new release', async () => {
    await page.getByRole('button', { name: 'Add product' }).click();
    await expect(page).toHaveURL('/products?done=added');
    await expect(page.locator('#done')).toBeFocused();
    await waitForIslands(page);
    expect(await script(page)).toBe('/pkg/next-release.js');
    await expect(page.getByRole('rowheader', { name: 'Lamp', exact: true })).toHaveCount(1);
  });

  await test.step('a link leads to a page of the new release', async () => {
    expect(await script(other)).toBe(old);
    await other.getByRole('navigation').getByRole('link', { name: 'Profile' }).click();
    await expect(other).toHaveURL('/profile');
    await waitForIslands(other);
    expect(await script(other)).toBe('/pkg/next-release.js');
    await other.goBack();
    await expect(other.getByRole('rowheader', { name: 'Lamp', exact: true })).toHaveCount(1);
  });
  // Chromium reports view transitions that it does not run, for example if the page is rendered too late.
  expect(thrown.filter((message) => !/^Transition was (skipped|aborted)/.test(message))).toEqual([]);
});
