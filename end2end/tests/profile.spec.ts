import { alice, expect, logIn, test, visit } from './fixtures';
import { signIn } from './sign-in';

test('the profile shows the claims of the provider', async ({ page }) => {
  await logIn(page, alice);
  await page.getByRole('navigation').getByRole('link', { name: 'Profile' }).click();
  await expect(page).toHaveURL('/profile');
  for (const value of [alice.subject, alice.name, alice.email]) {
    await expect(page.getByRole('cell', { name: value, exact: true })).toBeVisible();
  }
});

test('the claims are available as JSON, for their user only', async ({ page, request }) => {
  expect((await request.get('/auth/profile')).status()).toBe(401);
  await signIn(page, alice);
  const response = await page.request.get('/auth/profile');
  expect(response.status()).toBe(200);
  const claims = await response.json();
  expect(claims).toMatchObject({ sub: alice.subject, name: alice.name, email: alice.email });
  for (const claim of ['iss', 'aud', 'exp', 'iat', 'nonce', 'at_hash', 'c_hash']) expect(claims).not.toHaveProperty(claim);
});

test('a reload keeps the session', async ({ page }) => {
  await signIn(page, alice);
  await visit(page, '/profile');
  await page.reload();
  await expect(page).toHaveURL('/profile');
  await expect(page.getByRole('cell', { name: alice.email, exact: true })).toBeVisible();
});
