// Two people at one browser, and a page that is alive: whatever it asks the site for, it notices that it is not for the
// user that it was rendered for.

import { type Page } from '@playwright/test';

import { alice, alive, bob, expect, logIn, logInAs, productNames, test, visit } from './site';

test.use({ expectedComplaints: /status of 4(00|01|09)/ });

/** Everything that was on the screen, and every answer of the API, of a page from now on. */
function watch(page: Page) {
  const answers: { path: string; status: number; body: Promise<string> }[] = [];
  page.on('response', (response) => {
    const path = new URL(response.url()).pathname;
    if (/^\/(api|auth)\//.test(path)) {
      answers.push({ path, status: response.status(), body: response.text().catch(() => '') });
    }
  });
  return answers;
}

async function belongsTo(page: Page, person: typeof alice) {
  await page.getByRole('navigation').getByRole('link', { name: 'Profile' }).click();
  await expect(page.getByRole('cell', { name: person.email, exact: true })).toBeVisible();
}

test('a list that the page of Alice reads again holds nothing of Bob, and the page becomes his', async ({ context, page }) => {
  await logIn(page, alice);
  const other = await context.newPage();
  await logInAs(other, bob);
  const his = await productNames(other);

  const answers = watch(page);
  const reloaded = page.waitForEvent('load');
  // The router draws the page; the list is read.
  await page.getByRole('navigation').getByRole('link', { name: 'My products' }).click();
  await reloaded;
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 409));
  expect(answers.length).toBeGreaterThan(0);
  await alive(page);
  await expect.poll(() => productNames(page)).toEqual(his);
  await belongsTo(page, bob);
});

test('the page of Alice that comes to the front becomes that of Bob', async ({ context, page }) => {
  await logIn(page, alice);
  const other = await context.newPage();
  await logInAs(other, bob);
  const reloaded = page.waitForEvent('load');
  await page.bringToFront();
  // A headless browser shows all of its tabs at once, and so never says that one of them came to the front.
  await page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
  await reloaded;
  await expect(page.getByRole('heading', { level: 1 })).toContainText(bob.name);
});

test('a form that is under way while the user changes does nothing', async ({ context, page }) => {
  const name = `Held ${test.info().workerIndex} ${Date.now()}`;
  await logIn(page, alice);
  await visit(page, '/products');
  let letGo = () => {};
  const held = new Promise<void>((resolve) => { letGo = resolve; });
  await page.route('**/api/products', async (route) => {
    if (route.request().method() === 'POST') await held;
    await route.continue();
  });
  const panel = page.locator('details', { has: page.locator('summary', { hasText: 'Add a product' }) });
  await panel.locator('summary').click();
  for (const [label, value] of [['Name', name], ['Category', 'Tests'], ['Price', '1.00'], ['Stock', '1']]) {
    await panel.getByLabel(label).fill(value);
  }
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await panel.getByRole('button', { name: 'Add product' }).click();
  const other = await context.newPage();
  await logInAs(other, bob);
  const reloaded = page.waitForEvent('load');
  letGo();
  expect((await answered).status()).toBe(409);
  await reloaded;
  expect(await productNames(other)).not.toContain(name);
  await alive(page);
  await belongsTo(page, bob);
});

test('every fetch of a page says for whom it is, whoever calls it and however', async ({ context, page }) => {
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
  const refused = await page.evaluate(() => fetch('/api/orders').then((answer) => answer.status)).catch(() => 'left');
  // The page may be gone before it hears of it.
  expect([409, 'left']).toContain(refused);
  expect((await (await request).allHeaders())['auth0-page-user']).toMatch(/^[\w-]{22}$/);
  await reloaded;
});

test.describe('a call that fails, or goes to another site,', () => {
  // The policy of the site would not let it.
  test.use({ bypassCSP: true, expectedComplaints: /net::ERR_FAILED/ });

  test('is what it is without us', async ({ page }) => {
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

test('a page from before a login reads, changes nothing, and then shows who is signed in', async ({ context, page }) => {
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
  // It was not loaded again: nothing typed into it is lost.
  await expect(page.getByRole('navigation').getByRole('button', { name: 'Log out' })).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(bob.name);
  await expect.poll(() => page.evaluate(() => fetch('/api/products').then((answer) => answer.status))).toBe(200);
  const again = await page.evaluate(
    () => fetch('/api/products', { method: 'POST', body: new URLSearchParams({ name: '' }) }).then((answer) => answer.status),
  );
  expect([400, 422]).toContain(again);
});

test('a page that Back leads to is that of who is signed in', async ({ context, page }) => {
  await logIn(page, alice);
  await visit(page, '/profile');
  await visit(page, '/signed-out');
  const other = await context.newPage();
  await logInAs(other, bob);
  await page.goBack();
  await expect(page.getByRole('cell', { name: bob.email, exact: true })).toBeVisible();
  await expect(page.getByText(alice.email)).toHaveCount(0);
});
