import { alice, bob, expect, logIn, productNames, productRows, submitLogin, test, visit, waitForHydration } from './fixtures';

test('after a login there is a link to the products, and twenty of them', async ({ page }) => {
  await visit(page, '/');
  await expect(page.getByRole('link', { name: 'My products' })).toHaveCount(0);
  await logIn(page, alice);
  await page.getByRole('navigation').getByRole('link', { name: 'My products' }).click();
  await expect(page).toHaveURL('/products');
  await expect(productRows(page)).toHaveCount(20);
});

test('Alice and Bob see different products', async ({ browser, page }) => {
  await logIn(page, alice);
  await visit(page, '/products');
  const hers = await productNames(page);

  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await logIn(other, bob);
  await visit(other, '/products');
  const his = await productNames(other);
  await elsewhere.close();

  // The seed data of two users may overlap, but differs for the most part.
  expect(hers.length).toBeGreaterThan(0);
  expect(his.length).toBeGreaterThan(0);
  expect(his.filter((name) => hers.includes(name)).length).toBeLessThan(his.length / 2);
});

test('an anonymous visit of the products leads through the login and back', async ({ page }) => {
  const logins: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.pathname === '/auth/login') logins.push(url.pathname + url.search);
  });
  await page.goto('/products');
  await submitLogin(page, alice);
  await expect(page).toHaveURL('/products');
  await expect(productRows(page)).toHaveCount(20);
  expect(logins).toEqual(['/auth/login?returnTo=%2Fproducts']);
});

test('one click logs in as a user of the local tenant', async ({ page }) => {
  await page.goto('/products');
  await expect(page.getByLabel('Password')).toBeVisible();
  await page.getByRole('button', { name: 'Continue as Alice' }).click();
  await expect(page).toHaveURL('/products');
  await expect(productRows(page)).toHaveCount(20);

  await page.goto('/auth/login?prompt=login&returnTo=%2Fprofile');
  await page.getByRole('button', { name: 'Continue as Bob' }).click();
  await expect(page).toHaveURL('/profile');
  await expect(page.getByRole('main')).toContainText(bob.email);
});

test('the query of a protected page survives the login', async ({ page }) => {
  await page.goto('/profile?from=a%20letter&n=1');
  await submitLogin(page, alice);
  await expect(page).toHaveURL('/profile?from=a%20letter&n=1');
});

for (const accept of ['*/*', 'text/html', 'application/json', 'image/png']) {
  test(`an anonymous request for a protected page gets a redirect and no body, with Accept: ${accept}`, async ({ request }) => {
    for (const [path, returnTo] of [['/products', '%2Fproducts'], ['/profile?a=1', '%2Fprofile%3Fa%3D1']]) {
      const response = await request.get(path, { maxRedirects: 0, headers: { accept } });
      expect([302, 303, 307]).toContain(response.status());
      expect(response.headers().location).toBe(`/auth/login?returnTo=${returnTo}`);
      expect(await response.text()).toBe('');
    }
  });
}

test.describe('a wrong password', () => {
  test.use({ expectedConsoleErrors: /status of 4\d\d/ });

  test('is rejected, and the right one still works', async ({ page }) => {
    await page.goto('/products');
    await submitLogin(page, alice, 'wrong');
    await expect(page.getByRole('alert')).toBeVisible();
    await submitLogin(page, alice);
    await expect(page).toHaveURL('/products');
  });

  test('does not sign in', async ({ page }) => {
    await page.goto('/products');
    await submitLogin(page, alice, 'wrong');
    await visit(page, '/');
    await expect(page.getByRole('navigation').getByRole('link', { name: 'Log in' })).toBeVisible();
  });
});

test('the site with another loopback host redirects to its own host', async ({ page, baseURL }) => {
  const { port } = new URL(baseURL!);
  await page.goto(`http://127.0.0.1:${port}/signed-out?x=1`);
  await expect(page).toHaveURL(`${baseURL}/signed-out?x=1`);
  await waitForHydration(page);
});

test('two tabs can log in concurrently', async ({ context }) => {
  const [first, second] = [await context.newPage(), await context.newPage()];
  await first.goto('/products');
  await second.goto('/profile');
  await submitLogin(second, alice);
  await expect(second).toHaveURL('/profile');
  await submitLogin(first, alice);
  await expect(first).toHaveURL('/products');
  await expect(productRows(first)).toHaveCount(20);
});
