// Takes the screenshots of docs/step-up.md: `npm run screenshots`, while the sample site runs with its local services, at
// BASE_URL or http://localhost:3000. A form is filled, the tenant asks for the second factor, and the form is sent once.

import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { chromium } from '@playwright/test';

import { ARGUMENTS, findChromium } from '../chromium.mjs';

const site = process.env.BASE_URL ?? 'http://localhost:3000';
const folder = fileURLToPath(new URL('../../docs/images/step-up/', import.meta.url));

const WIDE = { viewport: { width: 880, height: 600 }, colorScheme: 'light' };
const NARROW = { viewport: { width: 400, height: 760 }, colorScheme: 'dark' };

const RUNS = [
  { name: 'js', javaScriptEnabled: true, ...WIDE },
  { name: 'no-js', javaScriptEnabled: false, ...WIDE },
  { name: 'no-js-narrow-dark', javaScriptEnabled: false, ...NARROW },
];

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: findChromium(), args: ARGUMENTS });
try {
  for (const run of RUNS) await takeAll(run);
} finally {
  await browser.close();
}

/** Takes the screenshots of one run of the loop, with a new session. */
async function takeAll({ name, ...options }) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const take = (step) => screenshot(page, `${name}-${step}`);
  const product = `Safe ${name}`;

  await page.goto(`${site}/auth/login?returnTo=%2Fproducts`);
  await page.getByRole('button', { name: 'Continue as Bob' }).click();
  await page.getByText('Add a product').click();
  const panel = page.locator('details');
  for (const [label, value] of [['Name', product], ['Category', 'Furniture'], ['Price', '1499.00'], ['Stock', '2']]) {
    await panel.getByLabel(label).fill(value);
  }
  await take('1-form');
  await panel.getByRole('button', { name: 'Add product' }).click();
  await page.getByRole('heading', { name: 'Second factor' }).waitFor();
  await take('2-second-factor');
  await page.getByRole('button', { name: 'Continue with the current code' }).click();
  if (!options.javaScriptEnabled) {
    await page.getByRole('button', { name: 'Continue', exact: true }).waitFor();
    await take('3-continue');
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
  }
  await page.locator('#done').waitFor();
  await take('4-sent');
  await remove(page, product);
  await context.close();
}

/** Deletes the product, so that the next run starts with the same list. */
async function remove(page, product) {
  await page.getByRole('link', { name: `Edit ${product}`, exact: true }).click();
  await page.getByRole('button', { name: `Delete ${product}`, exact: true }).click();
  await page.getByText('The product was deleted.').waitFor();
}

/** Playwright writes PNG and JPEG only; Chromium writes WebP. */
async function screenshot(page, name) {
  await page.evaluate(() => document.fonts.ready);
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  await session.detach();
  await writeFile(`${folder}${name}.webp`, Buffer.from(data, 'base64'));
  console.log(`docs/images/step-up/${name}.webp`);
}
