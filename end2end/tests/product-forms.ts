// The forms of the products page. Tests that change products do so as Bob and clean up. Alice keeps her twenty.

import { type Page, expect, test } from '@playwright/test';

import { productRows, waitForHydration } from './fixtures';

export type Product = { name: string; category?: string; price?: string; stock?: string };

/** A name that no other test and no earlier run uses. */
export const uniqueName = (kind: string) =>
  `${kind} ${test.info().project.name} ${test.info().workerIndex} ${Date.now()}`;

/** The form "Add a product" with its summary. */
export const addPanel = (page: Page) =>
  page.locator('details', { has: page.locator('summary', { hasText: 'Add a product' }) });

export async function fillInProduct(page: Page, { name, category = 'Tests', price = '12.50', stock = '4' }: Product) {
  const panel = addPanel(page);
  if ((await panel.getAttribute('open')) === null) await panel.locator('summary').click();
  for (const [label, value] of [['Name', name], ['Category', category], ['Price', price], ['Stock', stock]]) {
    await panel.getByLabel(label).fill(value);
  }
}

export const addButton = (page: Page) => addPanel(page).getByRole('button', { name: 'Add product' });

/** Fills in the form and submits it. */
export async function submitProduct(page: Page, product: Product) {
  await fillInProduct(page, product);
  await addButton(page).click();
}

/** Adds a product and waits for the page that confirms it. */
export async function addProduct(page: Page, product: Product) {
  await submitProduct(page, product);
  await expectDone(page, 'added', 'The product was added.');
}

/** The row of a product. */
export const row = (page: Page, name: string) =>
  productRows(page).filter({ has: page.getByRole('rowheader', { name, exact: true }) });

/** Opens the editor of a row, and returns it. */
export async function openEditor(page: Page, name: string) {
  await row(page, name).getByRole('link', { name: `Edit ${name}`, exact: true }).click();
  await expect(page).toHaveURL(/\/products\?edit=[^&]+#editor$/);
  await waitForHydration(page);
  return row(page, name).locator('#editor');
}

export async function deleteProduct(page: Page, name: string) {
  const editor = await openEditor(page, name);
  await editor.getByRole('button', { name: `Delete ${name}`, exact: true }).click();
  await expectDone(page, 'deleted', 'The product was deleted.');
  await expect(row(page, name)).toHaveCount(0);
}

/** Waits for the page that an action redirects to. Its confirmation has the focus. */
export async function expectDone(page: Page, code: string, sentence: string) {
  await expect(page).toHaveURL(`./products?done=${code}`);
  await waitForHydration(page);
  await expect(page.locator('#done')).toHaveText(sentence);
  await expect(page.locator('#done')).toBeFocused();
}
