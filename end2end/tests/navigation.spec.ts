// Links load documents. The browser animates the change of the page.

import { alice, expect, hasScripts, productRows, submitLogin, test, visit } from './fixtures';
import { signIn } from './sign-in';

test('links lead to pages with their title and the current link, and Back returns', async ({ page }) => {
  await signIn(page, alice);
  const navigation = page.getByRole('navigation');
  await navigation.getByRole('link', { name: 'My products' }).click();
  await expect(page).toHaveURL('/products');
  await expect(page).toHaveTitle('My products · Stockroom');
  await expect(productRows(page)).toHaveCount(20);
  await expect(navigation.getByRole('link', { name: 'My products' })).toHaveAttribute('aria-current', 'page');
  await expect(navigation.locator('[aria-current]')).toHaveCount(1);
  await navigation.getByRole('link', { name: 'Profile' }).click();
  await expect(page).toHaveURL('/profile');
  await expect(page).toHaveTitle('Profile · Stockroom');
  await expect(page.getByRole('cell', { name: alice.email, exact: true })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL('/products');
  await expect(productRows(page)).toHaveCount(20);
  await page.getByRole('link', { name: 'Stockroom', exact: true }).click();
  await expect(page).toHaveURL('/');
  await expect(page).toHaveTitle('Stockroom');
});

test('a protected link leads anonymous users to the login, and Back returns to the start page', async ({ page }) => {
  await visit(page, '/');
  const login = page.waitForRequest((request) => new URL(request.url()).pathname === '/auth/login');
  await page.getByRole('main').getByRole('link', { name: 'Open my stockroom' }).click();
  const request = await login;
  expect(request.isNavigationRequest()).toBe(true);
  expect(new URL(request.url()).search).toBe('?returnTo=%2Fproducts');
  await expect(page.locator('#username')).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL('/');
  await page.goForward();
  await submitLogin(page, alice);
  await expect(page).toHaveURL('/products');
});

test('no page of the site cancels the animation', async ({ context, page }) => {
  test.skip(!hasScripts(), 'a script observes it');
  const cancelled: string[] = [];
  context.on('weberror', (error) => {
    if (/opt-in disabled/.test(error.error().message)) cancelled.push(error.page()?.url() ?? '');
  });
  await signIn(page, alice);
  const link = (name: string) => page.getByRole('navigation').getByRole('link', { name });
  // Without the rule in the head of the page, Chromium cancels one of eight, depending on when the stylesheet arrives.
  for (let round = 0; round < 6; round += 1) {
    for (const [name, path] of [['My products', '/products'], ['Profile', '/profile']]) {
      await link(name).click();
      await expect(page).toHaveURL(path);
      await page.waitForLoadState();
    }
  }
  expect(cancelled).toEqual([]);
});

for (const reducedMotion of ['no-preference', 'reduce'] as const) {
  test(`the change of the page is animated according to the preference ${reducedMotion}`, async ({ page }) => {
    test.skip(!hasScripts(), 'a script observes it');
    await page.emulateMedia({ reducedMotion });
    // The page that is left: a browser that is too slow skips the animation in the next one.
    await page.addInitScript(() => {
      window.addEventListener('pageswap', (event) => sessionStorage.setItem('animated', String(event.viewTransition !== null)));
    });
    await signIn(page, alice);
    await page.getByRole('navigation').getByRole('link', { name: 'Profile' }).click();
    await expect(page).toHaveURL('/profile');
    const isAnimated = await page.evaluate(() => sessionStorage.getItem('animated'));
    expect(isAnimated).toBe(String(reducedMotion === 'no-preference'));
  });
}
