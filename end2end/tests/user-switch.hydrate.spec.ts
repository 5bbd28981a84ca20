// Two users of one browser, with JavaScript: every response tells the page whether its user is still signed in.

import { alice, becomeVisible, bob, expect, logIn, logInAs, productNames, test, visit, waitForHydration, withoutChannels } from './fixtures';

test.use({ expectedConsoleErrors: /status of 4(00|09|22)/ });

// Otherwise the page is loaded again before it can send anything.
test.beforeEach(({ context }) => withoutChannels(context));

test('a call of the page of Alice gets no data of Bob, and the page reloads as his', async ({ context, page }) => {
  await logIn(page, alice);
  await visit(page, '/products');
  const other = await context.newPage();
  await logInAs(other, bob);
  const his = await productNames(other);

  const answered = page.waitForResponse('**/api/products');
  const reloaded = page.waitForEvent('load');
  await page.evaluate(() => void fetch('/api/products'));
  expect((await answered).status()).toBe(409);
  await reloaded;
  await waitForHydration(page);
  await expect.poll(() => productNames(page)).toEqual(his);
  await page.getByRole('navigation').getByRole('link', { name: 'Profile' }).click();
  await expect(page.getByRole('cell', { name: bob.email, exact: true })).toBeVisible();
});

test('the page of Alice reloads as that of Bob when it becomes visible', async ({ context, page }) => {
  await logIn(page, alice);
  const other = await context.newPage();
  await logInAs(other, bob);
  const reloaded = page.waitForEvent('load');
  await becomeVisible(page);
  await reloaded;
  await expect(page.getByRole('heading', { level: 1 })).toContainText(bob.name);
});

test('every fetch of a page carries its user, in each form of the call', async ({ context, page }) => {
  await logIn(page, alice);
  const mine = await page.evaluate(async () => {
    const own = new Request('/auth/user', { headers: { accept: 'application/json' } });
    const answers = await Promise.all([fetch('/auth/user'), fetch(new URL('/auth/user', location.href)), fetch(own)]);
    return Promise.all(answers.map(async (answer) => (await answer.json()).email));
  });
  expect(mine).toEqual([alice.email, alice.email, alice.email]);

  const other = await context.newPage();
  await logInAs(other, bob);
  const request = page.waitForRequest('**/api/orders');
  const reloaded = page.waitForEvent('load');
  const rejected = await page.evaluate(() => fetch('/api/orders').then((answer) => answer.status)).catch(() => 'left');
  // The page may reload before the response arrives.
  expect([409, 'left']).toContain(rejected);
  expect((await (await request).allHeaders())['auth0-page-user']).toMatch(/^[\w-]{22}$/);
  await reloaded;
});

test.describe('a call that fails, or goes to another site,', () => {
  // The policy of the site forbids requests to other sites.
  test.use({ bypassCSP: true, expectedConsoleErrors: /net::ERR_FAILED/ });

  test('is left unchanged', async ({ page }) => {
    await logIn(page, alice);
    await page.route('http://elsewhere.example/**', (route) => route.fulfill({
      headers: { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*', 'auth0-current-user': 'x' },
      json: route.request().headers(),
    }));
    await page.route('**/api/broken', (route) => route.abort());
    const seen = await page.evaluate(async () => {
      const outcome = (call: Promise<unknown>) => call.then(() => 'fine', (error: Error) => error.name);
      return {
        broken: await outcome(fetch('/api/broken')),
        malformed: await outcome(fetch('http://[')),
        elsewhere: await fetch('http://elsewhere.example/').then((answer) => answer.json()),
      };
    });
    expect(seen).toMatchObject({ broken: 'TypeError', malformed: 'TypeError' });
    expect(seen.elsewhere).toHaveProperty('user-agent');
    expect(seen.elsewhere).not.toHaveProperty('auth0-page-user');
    await expect(page.getByRole('heading', { level: 1 })).toContainText(alice.name);
  });
});

test('a page from before a login reads, changes nothing, and then shows the signed-in user', async ({ context, page }) => {
  await visit(page, '/');
  const other = await context.newPage();
  await logInAs(other, bob);
  const form = { name: `Stranger ${Date.now()}`, category: 'Tests', price: '1.00', stock: '1' };
  const status = await page.evaluate(
    (fields) => fetch('/api/products', { method: 'POST', body: new URLSearchParams(fields) }).then((answer) => answer.status),
    form,
  );
  expect(status).toBe(409);
  expect(await productNames(other)).not.toContain(form.name);
  // The page is loaded again.
  await expect(page.getByRole('navigation').getByRole('button', { name: 'Log out' })).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(bob.name);
  await expect.poll(() => page.evaluate(() => fetch('/api/products').then((answer) => answer.status))).toBe(200);
  const again = await page.evaluate(
    () => fetch('/api/products', { method: 'POST', body: new URLSearchParams({ name: '' }) }).then((answer) => answer.status),
  );
  expect([400, 422]).toContain(again);
});

test('Back leads to a page of the signed-in user', async ({ context, page }) => {
  await logIn(page, alice);
  await visit(page, '/profile');
  await visit(page, '/signed-out');
  const other = await context.newPage();
  await logInAs(other, bob);
  await page.goBack();
  await expect(page.getByRole('cell', { name: bob.email, exact: true })).toBeVisible();
  await expect(page.getByText(alice.email)).toHaveCount(0);
});
