// Refreshes at a provider that we did not write, with its own rotation and its own detection of reuse: many calls at once, over
// three processes of the site that share a session store, for two APIs. The provider's ledger has the last word. No page is
// looked at beyond the login, so once is enough.

import { type IncomingMessage, request as httpRequest } from 'node:http';

import type { Page } from '@playwright/test';

import { API, ORDERS } from './setup.mjs';
import { expect, ledger, logIn, test } from './journey';
import type { World } from './world';

const TOKEN_SECONDS = 8;

const CALL_LIMIT_MS = 30_000;

test.use({ plan: { processes: 3, orders: true, tokenSeconds: TOKEN_SECONDS } });

test('a hundred calls over three processes refresh once, and all succeed', async ({ page, request, world }) => {
  const cookie = await logInAndOutlive(page, 'dave');
  const before = await ledger(request, world);
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => products(world, n, cookie)));
  for (const { status, body } of answers) expect([status, body.owner]).toEqual([200, 'dave']);
  const { grants, refused, ...rest } = await ledger(request, world);
  expect(grants.slice(before.grants.length)).toEqual([{ grant: 'refresh_token', resource: API.identifier }]);
  expect(refused).toEqual([]);
  expect(rest['grant.revoked']).toBe(0);
});

test('two APIs at once over three processes refresh once each, and each token is right', async ({ page, request, world }) => {
  const cookie = await logInAndOutlive(page, 'erin');
  const before = await ledger(request, world);
  const [listed, tokens] = await Promise.all([
    Promise.all(Array.from({ length: 50 }, (_, n) => products(world, n, cookie))),
    Promise.all(Array.from({ length: 50 }, (_, n) => ordersToken(world, n, cookie))),
  ]);
  for (const { status, body } of listed) expect([status, body.owner]).toEqual([200, 'erin']);
  for (const { status, body } of tokens) {
    expect(status).toBe(200);
    const { sub, aud, scope, iss } = JSON.parse(Buffer.from(body.token.split('.')[1], 'base64url').toString());
    expect({ sub, aud, scope, iss }).toEqual({ sub: 'erin', aud: ORDERS.identifier, scope: 'read:orders', iss: world.provider });
  }
  expect(new Set(tokens.map(({ body }) => body.token)).size).toBe(1);
  const { grants, refused, ...rest } = await ledger(request, world);
  const refreshed = grants.slice(before.grants.length);
  expect(refreshed.map(({ grant }) => grant)).toEqual(['refresh_token', 'refresh_token']);
  expect(new Set(refreshed.map(({ resource }) => resource))).toEqual(new Set([API.identifier, ORDERS.identifier]));
  expect(refused).toEqual([]);
  expect(rest['grant.revoked']).toBe(0);
});

/** The session's cookie, once the tokens of the login are over. */
async function logInAndOutlive(page: Page, login: string): Promise<string> {
  await page.goto('/profile');
  await logIn(page, login);
  await expect(page).toHaveURL('/profile');
  await outlive(Date.now());
  const cookies = await page.context().cookies(page.url());
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}

/** Until every token that was there at `then` is over. */
async function outlive(then: number) {
  const end = then + (TOKEN_SECONDS + 1) * 1000;
  await expect.poll(() => Date.now() >= end, { timeout: 2 * TOKEN_SECONDS * 1000 }).toBe(true);
}

type Answer = { status: number; body: any };

const products = (world: World, n: number, cookie: string) => call(world, n, '/api/products', cookie);

const ordersToken = (world: World, n: number, cookie: string) =>
  call(world, n, `/auth/access-token?audience=${encodeURIComponent(ORDERS.identifier)}`, cookie);

/** What a script of the site's own pages asks, at process `n` of the site. */
async function call(world: World, n: number, path: string, cookie: string): Promise<Answer> {
  const port = world.processes[n % world.processes.length];
  const headers = {
    accept: 'application/json', cookie, host: new URL(world.site).host, 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin',
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = httpRequest({ host: '127.0.0.1', port, path, headers, timeout: CALL_LIMIT_MS }, resolve);
    asked.once('error', reject);
    asked.once('timeout', () => asked.destroy(new Error(`${path}: no answer`)));
    asked.end();
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return { status: answer.statusCode ?? 0, body: JSON.parse(text) };
}
