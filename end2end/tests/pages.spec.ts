import { alice, expect, logIn, test, visit } from './fixtures';
import { signIn } from './sign-in';

test('the start page explains the site and links to the login', async ({ page }) => {
  const response = await visit(page, '/');
  expect(response?.status()).toBe(200);
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  await expect(page.getByRole('link', { name: 'Log in', exact: true }).first()).toBeVisible();
  await expect(page.getByRole('main').getByRole('link').first()).toHaveAttribute('href', /^\/auth\/login\?returnTo=/);
});

test.describe('an unknown path', () => {
  test.use({ expectedConsoleErrors: /status of 404/ });

  test('gets a page of the site with status 404', async ({ page }) => {
    for (const path of ['/no-such-page', '/auth/no-such-route']) {
      const response = await page.goto(path);
      expect(response?.status(), path).toBe(404);
    }
    // The response for a missing file is empty.
    expect((await page.request.get('/pkg/no-such-file.js')).status()).toBe(404);
    await visit(page, '/no-such-page');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Page not found');
    await page.getByRole('link', { name: 'Go to the start page' }).click();
    await expect(page).toHaveURL('/');
  });
});

test('the streamed numbers appear on the start page', async ({ page }) => {
  await signIn(page, alice);
  const numbers = page.locator('dl');
  await expect(numbers).toContainText('Products');
  await expect(numbers).toContainText('20');
});

test('every page has security headers and is not cached', async ({ page }) => {
  await signIn(page, alice);
  for (const path of ['/', '/products', '/profile', '/signed-out', '/tokens']) {
    const headers = (await visit(page, path))!.headers();
    expect(headers['content-security-policy'], path).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy'], path).not.toMatch(/unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')/);
    expect(headers['x-content-type-options'], path).toBe('nosniff');
    expect(headers['referrer-policy'], path).toBe('same-origin');
    expect(headers['cache-control'], path).toContain('no-store');
  }
});

test('a keyboard reaches the content with two keys', async ({ page }) => {
  await visit(page, '/');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('#main')).toBeFocused();
});

test('no token reaches the browser in a response, cookie or URL', async ({ context, page }) => {
  const seen: string[] = [];
  const bodies: Promise<void>[] = [];
  const site = new URL(test.info().project.use.baseURL!).origin;
  context.on('response', (response) => {
    if (!response.url().startsWith(site)) return;
    seen.push(response.url());
    bodies.push(
      response.allHeaders().then((headers) => void seen.push(JSON.stringify(headers))),
      response.text().then((text) => void seen.push(text), () => undefined), // A redirect has no body.
    );
  });
  await logIn(page, alice);
  for (const path of ['/', '/products', '/profile', '/tokens']) await visit(page, path);
  for (const path of ['/api/products', '/api/orders', '/auth/profile']) {
    const response = await page.request.get(path);
    seen.push(JSON.stringify(response.headers()), await response.text());
  }
  await Promise.all(bodies);
  seen.push(JSON.stringify(await context.storageState()));
  expect(seen.length).toBeGreaterThan(20);
  const tokens = seen.filter((text) => /eyJ[\w-]{8,}\.eyJ[\w-]{8,}/.test(text));
  expect(tokens).toEqual([]);
});
