// Refreshes at a foreign provider with rotation and reuse detection: concurrent calls, three processes of the site that share
// a session store, two APIs. The provider's request log is checked. No page is opened after the login, so the tests run with
// JavaScript only.

import { type IncomingMessage, request as httpRequest } from 'node:http';

import type { Page } from '@playwright/test';

import { API, ORDERS } from './settings.mjs';
import { expect, logIn, requestLog, test } from './fixtures';
import type { TestEnv } from './test-env';

const TOKEN_SECONDS = 8;

const CALL_TIMEOUT_MS = 30_000;

test.use({ options: { processes: 3, orders: true, tokenSeconds: TOKEN_SECONDS } });

test('a hundred calls over three processes refresh once, and all succeed', async ({ page, request, env }) => {
  const cookie = await logInAndExpire(page, 'dave');
  const before = await requestLog(request, env);
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => products(env, n, cookie)));
  for (const { status, body } of answers) expect([status, body.owner]).toEqual([200, 'dave']);
  const { grants, rejected, ...rest } = await requestLog(request, env);
  expect(grants.slice(before.grants.length)).toEqual([{ grant: 'refresh_token', resource: API.identifier }]);
  expect(rejected).toEqual([]);
  expect(rest['grant.revoked']).toBe(0);
});

test('concurrent calls of two APIs over three processes refresh once each, with the right tokens', async ({ page, request, env }) => {
  const cookie = await logInAndExpire(page, 'erin');
  const before = await requestLog(request, env);
  const [listed, tokens] = await Promise.all([
    Promise.all(Array.from({ length: 50 }, (_, n) => products(env, n, cookie))),
    Promise.all(Array.from({ length: 50 }, (_, n) => ordersToken(env, n, cookie))),
  ]);
  for (const { status, body } of listed) expect([status, body.owner]).toEqual([200, 'erin']);
  for (const { status, body } of tokens) {
    expect(status).toBe(200);
    const { sub, aud, scope, iss } = JSON.parse(Buffer.from(body.token.split('.')[1], 'base64url').toString());
    expect({ sub, aud, scope, iss }).toEqual({ sub: 'erin', aud: ORDERS.identifier, scope: 'read:orders', iss: env.provider });
  }
  expect(new Set(tokens.map(({ body }) => body.token)).size).toBe(1);
  const { grants, rejected, ...rest } = await requestLog(request, env);
  const refreshed = grants.slice(before.grants.length);
  expect(refreshed.map(({ grant }) => grant)).toEqual(['refresh_token', 'refresh_token']);
  expect(new Set(refreshed.map(({ resource }) => resource))).toEqual(new Set([API.identifier, ORDERS.identifier]));
  expect(rejected).toEqual([]);
  expect(rest['grant.revoked']).toBe(0);
});

/** Logs in, waits until the tokens expire, and returns the cookies. */
async function logInAndExpire(page: Page, login: string): Promise<string> {
  await page.goto('/profile');
  await logIn(page, login);
  await expect(page).toHaveURL('/profile');
  await waitForExpiry(Date.now());
  const cookies = await page.context().cookies(page.url());
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}

/** Waits until every token that was issued before `then` has expired. */
async function waitForExpiry(then: number) {
  const end = then + (TOKEN_SECONDS + 1) * 1000;
  await expect.poll(() => Date.now() >= end, { timeout: 2 * TOKEN_SECONDS * 1000 }).toBe(true);
}

type Answer = { status: number; body: any };

const products = (env: TestEnv, n: number, cookie: string) => call(env, n, '/api/products', cookie);

const ordersToken = (env: TestEnv, n: number, cookie: string) =>
  call(env, n, `/auth/access-token?audience=${encodeURIComponent(ORDERS.identifier)}`, cookie);

/** Sends a request to process `n` of the site, as a script of its pages does. */
async function call(env: TestEnv, n: number, path: string, cookie: string): Promise<Answer> {
  const port = env.processes[n % env.processes.length];
  const headers = {
    accept: 'application/json', cookie, host: new URL(env.site).host, 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin',
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, headers, timeout: CALL_TIMEOUT_MS }, resolve);
    request.once('error', reject);
    request.once('timeout', () => request.destroy(new Error(`${path}: no response`)));
    request.end();
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return { status: answer.statusCode ?? 0, body: JSON.parse(text) };
}
