// The provider, the API and the site, each a program of its own on a free port; gone when the tests are done.

import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Program, answers, freePorts, needed } from '../programs';
import { API, CLIENT, ORDERS } from './setup.mjs';

/** How many processes serve the site, whether it calls the orders API too, and how long access tokens live. */
export type Plan = { processes: number; orders: boolean; tokenSeconds: number };

/** `processes`: where each of them listens; all of them are the one `site`. */
export type World = { site: string; processes: number[]; provider: string; stop(): Promise<void> };

export async function startWorld({ processes, orders, tokenSeconds }: Plan): Promise<World> {
  mkdirSync(needed('STATE_FOLDER'), { recursive: true });
  const state = mkdtempSync(join(needed('STATE_FOLDER'), 'world-'));
  const [providerPort, apiPort, ...sitePorts] = await freePorts(2 + processes);
  const [sitePort] = sitePorts;
  const provider = `http://127.0.0.1:${providerPort}`;
  const site = `http://localhost:${sitePort}`;
  const api = `http://127.0.0.1:${apiPort}`;

  const secret = randomBytes(32).toString('hex');

  const programs: Program[] = [];
  const stop = async () => void (await Promise.all(programs.map((program) => program.stop())));
  try {
    const script = join(dirname(fileURLToPath(import.meta.url)), 'provider.mjs');
    programs.push(new Program('provider', process.execPath, [script, `${providerPort}`, site, `${tokenSeconds}`], {}, state));
    programs.push(new Program(
      'api',
      needed('API_EXECUTABLE'),
      ['--port', `${apiPort}`, '--issuer', provider, '--audience', API.identifier, '--database', ':memory:'],
      {},
      state,
    ));
    for (const port of sitePorts) {
      const variables = { ...siteVariables(site, port, provider, api, state), ...(orders ? ordersVariables() : {}) };
      programs.push(new Program(`site-${port}`, needed('SERVER_EXECUTABLE'), [], { ...variables, AUTH0_SECRET: secret }, state));
    }
    await Promise.all([
      answers(`${provider}/.well-known/openid-configuration`, programs[0]),
      answers(`${api}/healthz`, programs[1]),
      // The site starts before the provider answers, and gets ready once it does.
      ...sitePorts.map((port, number) => answers(`http://127.0.0.1:${port}/readyz`, programs[2 + number])),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { site, processes: sitePorts, provider, stop };
}

/** Nothing answers at the orders API: what counts is the token for it, which the site hands out for this. */
function ordersVariables() {
  return {
    AUTH0_EXPOSE_ACCESS_TOKENS_FOR: ORDERS.identifier,
    ORDERS_API_AUDIENCE: ORDERS.identifier,
    ORDERS_API_URL: 'http://127.0.0.1:9',
  };
}

function siteVariables(site: string, port: number, provider: string, api: string, state: string) {
  return {
    APP_BASE_URL: site,
    AUTH0_AUDIENCE: API.identifier,
    AUTH0_AUDIENCE_PARAMETER: 'resource',
    AUTH0_CLIENT_ID: CLIENT.id,
    AUTH0_CLIENT_SECRET: CLIENT.secret,
    AUTH0_DOMAIN: provider,
    AUTH0_PROMPT: 'consent',
    AUTH0_SESSION_STORE: `sqlite:${join(state, 'sessions.db')}`,
    LEPTOS_HASH_FILES: process.env.LEPTOS_HASH_FILES ?? 'false',
    LEPTOS_OUTPUT_NAME: 'leptos-auth0',
    LEPTOS_SITE_ADDR: `127.0.0.1:${port}`,
    LEPTOS_SITE_ROOT: needed('LEPTOS_SITE_ROOT'),
    PRODUCTS_API_URL: api,
  };
}
