// A login that starts at a page of the provider, another site for the browser (OpenID Connect Core 1.0 §4).

import { expect, logIn, test } from './fixtures';

for (const [way, form] of [['a link', ''], ['a form', '&form']]) {
  test(`${way} of the provider starts a login with its hint, and leads to its page`, async ({ page, env }) => {
    const target = encodeURIComponent(`${env.site}/products`);
    await page.goto(`${env.provider}/portal?login_hint=erika&target_link_uri=${target}${form}`);
    if (form) await page.getByRole('button', { name: 'Open the site' }).click();
    await expect(page.locator('input[name=login]')).toHaveValue('erika');
    await logIn(page, 'erika');
    await expect(page).toHaveURL('/products');
    await expect(page.getByRole('rowheader')).toHaveCount(20);
    expect((await (await page.request.get('/auth/user')).json()).sub).toBe('erika');
  });
}

test('a link to another site starts no login', async ({ page, env }) => {
  const target = encodeURIComponent('https://evil.example/');
  const response = page.waitForResponse((r) => r.url().startsWith(`${env.site}/auth/login`));
  await page.goto(`${env.provider}/portal?target_link_uri=${target}`);
  expect((await response).status()).toBe(400);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect(await page.context().cookies(env.site)).toEqual([]);
});
