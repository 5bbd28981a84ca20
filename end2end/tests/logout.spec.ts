import { alice, expect, hasScripts, logIn, logOut, productRows, test, visit } from './fixtures';

test('a logout ends on a confirmation, and protected pages require a login again', async ({ page }) => {
  await logIn(page, alice);
  await logOut(page);
  await expect(page.getByRole('link', { name: 'My products' })).toHaveCount(0);
  await page.goto('/products');
  await expect(page.locator('#username')).toBeVisible();
});

test('after a logout, Back shows nothing private', async ({ page }) => {
  await logIn(page, alice);
  await visit(page, '/products');
  const name = (await productRows(page).first().getByRole('rowheader').textContent())!;
  await logOut(page);
  await page.goBack();
  await expect(page.getByText(name, { exact: true })).toHaveCount(0);
  await expect(page.getByText(alice.name)).toHaveCount(0);
});

// The other tab asks whether its page requires a user.
test.describe('with another tab', () => {
  test.use({ expectedConsoleErrors: /status of 401/ });

  test('a logout in one tab logs out the other', async ({ context, page }) => {
    await logIn(page, alice);
    const other = await context.newPage();
    await visit(other, '/products');
    await expect(productRows(other)).toHaveCount(20);
    await logOut(page);
    // With scripts, it is on its way to this page already.
    if (hasScripts()) await expect(other).toHaveURL('/signed-out');
    await other.goto('/products');
    await expect(other.locator('#username')).toBeVisible();
  });
});

test('a second login after a logout works', async ({ page }) => {
  await logIn(page, alice);
  await logOut(page);
  await logIn(page, alice);
});

test('another site cannot log out with a link or a form', async ({ page }) => {
  await logIn(page, alice);
  for (const method of ['GET', 'POST']) {
    await page.request.fetch('/auth/logout', {
      method,
      maxRedirects: 0,
      headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    });
  }
  await visit(page, '/profile');
  await expect(page).toHaveURL('/profile');
});
