// The island that sends a form once, and pages whose islands do not run.

import { bob, expect, test, visit, waitForHydration } from './fixtures';
import { addButton, addPanel, deleteProduct, expectDone, fillInProduct, row, submitProduct, uniqueName } from './product-forms';
import { signIn } from './sign-in';

test.beforeEach(async ({ page }) => signIn(page, bob));

test('a double click on "Add product" adds one product', async ({ page }) => {
  const name = uniqueName('Single');
  await visit(page, '/products');
  await fillInProduct(page, { name });
  await addButton(page).dblclick();
  await expectDone(page, 'added', 'The product was added.');
  await expect(row(page, name)).toHaveCount(1);
  await visit(page, '/products');
  await expect(row(page, name)).toHaveCount(1);
  await deleteProduct(page, name);
});

test('a form is busy while it is sent, and no form of the page is sent a second time', async ({ page }) => {
  const name = uniqueName('Busy');
  await visit(page, '/products');
  await fillInProduct(page, { name });
  const posted: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') posted.push(new URL(request.url()).pathname);
  });
  // In one task, because Playwright waits for the navigation that the first click begins.
  const busy = await addPanel(page).locator('form').evaluate((form) => {
    const before = form.hasAttribute('aria-busy');
    form.querySelector('button')!.click();
    const after = form.getAttribute('aria-busy');
    for (const other of document.querySelectorAll('form')) other.querySelector('button')!.click();
    return { before, after, forms: document.querySelectorAll('form[aria-busy]').length };
  });
  expect(busy).toEqual({ before: false, after: 'true', forms: 1 });
  await expectDone(page, 'added', 'The product was added.');
  expect(posted).toEqual(['/api/products']);
  await expect(row(page, name)).toHaveCount(1);
  await deleteProduct(page, name);
});

test('a form that the browser restores with its page can be sent again', async ({ page }) => {
  const name = uniqueName('Restored');
  await visit(page, '/products');
  await fillInProduct(page, { name });
  // Playwright disables the back/forward cache, so the page is only told about it.
  await page.evaluate(() => {
    document.querySelector('details form')!.setAttribute('aria-busy', 'true');
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
  });
  await expect(addPanel(page).locator('form')).not.toHaveAttribute('aria-busy');
  await addButton(page).click();
  await expectDone(page, 'added', 'The product was added.');
  await deleteProduct(page, name);
});

test.describe('a page whose WASM is missing', () => {
  test.use({ expectedConsoleErrors: /status of 404|\.wasm|WebAssembly|thrown: / });

  // For example, because a release replaced the file while the page was loading.
  test('has links and forms that work', async ({ page }) => {
    const name = uniqueName('Plain');
    await page.route('**/*.wasm', (route) => route.fulfill({ status: 404 }));
    const missing = page.waitForResponse((response) => response.url().endsWith('.wasm'));
    await page.goto('/');
    expect((await missing).status()).toBe(404);
    await page.getByRole('navigation').getByRole('link', { name: 'My products' }).click();
    await expect(page).toHaveURL('/products');
    await submitProduct(page, { name });
    await expect(page).toHaveURL('/products?done=added');
    await expect(page.locator('html')).not.toHaveAttribute('data-hydrated');
    await expect(row(page, name)).toHaveCount(1);

    await page.unroute('**/*.wasm');
    await page.reload();
    await waitForHydration(page);
    await deleteProduct(page, name);
  });
});
