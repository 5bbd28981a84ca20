// The stock report is for managers: the link is hidden from others, and page and data are guarded. Alice has the role.

import { alice, bob, expect, logIn, test, visit } from './fixtures';

const reportLink = 'Stock report';

test('a manager opens the report by its link', async ({ page }) => {
  await logIn(page, alice);
  await page.getByRole('navigation').getByRole('link', { name: reportLink }).click();
  await expect(page).toHaveURL('./report');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Stock report');
  await expect(page.locator('.numbers')).toContainText('Value');
});

test.describe('another user', () => {
  test.use({ expectedConsoleErrors: /status of 403/ });

  test('sees no link, and a page that says what is missing', async ({ page }) => {
    await logIn(page, bob);
    await expect(page.getByRole('navigation').getByRole('link', { name: reportLink })).toHaveCount(0);
    const response = await page.goto('./report');
    expect(response!.status()).toBe(403);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('You do not have access to this');
    await expect(page.getByText('Your account lacks the role manager.')).toBeVisible();
    const data = await page.request.get('./api/products/report', { headers: { 'sec-fetch-site': 'same-origin' } });
    expect(data.status()).toBe(403);
    expect(await data.json()).toEqual({
      code: 'access_denied',
      details: { missing: [{ kind: 'role', any_of: ['manager'] }] },
    });
    await visit(page, './');
  });
});
