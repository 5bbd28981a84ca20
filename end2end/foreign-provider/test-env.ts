// The provider, the API and the site, each as a program on a free port.

import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Program, freePorts, requiredVariable, waitUntilReady } from '../processes';
import { API, CLIENT, ORDERS } from './settings.mjs';

/** Number of site processes, whether the orders API is configured, and lifetime of access tokens. */
export type TestEnvOptions = { processes: number; orders: boolean; tokenSeconds: number };

/** `processes`: the port of each process of `site`. */
export type TestEnv = { site: string; processes: number[]; provider: string; stop(): Promise<void> };

export async function startTestEnv({ processes, orders, tokenSeconds }: TestEnvOptions): Promise<TestEnv> {
  mkdirSync(requiredVariable('STATE_FOLDER'), { recursive: true });
  const state = mkdtempSync(join(requiredVariable('STATE_FOLDER'), 'env-'));
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
      requiredVariable('API_EXECUTABLE'),
      ['--port', `${apiPort}`, '--issuer', provider, '--audience', API.identifier, '--database', ':memory:'],
      {},
      state,
    ));
    for (const port of sitePorts) {
      const variables = { ...siteVariables(site, port, provider, api, state), ...(orders ? ordersVariables() : {}) };
      programs.push(new Program(`site-${port}`, requiredVariable('SERVER_EXECUTABLE'), [], { ...variables, AUTH0_SECRET: secret }, state));
    }
    await Promise.all([
      waitUntilReady(`${provider}/.well-known/openid-configuration`, programs[0]),
      waitUntilReady(`${api}/healthz`, programs[1]),
      // The site may start before the provider, and becomes ready later.
      ...sitePorts.map((port, number) => waitUntilReady(`http://127.0.0.1:${port}/readyz`, programs[2 + number])),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { site, processes: sitePorts, provider, stop };
}

/** The orders API does not run: the tests only need the token for it, which the site exposes. */
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
    LEPTOS_SITE_ROOT: requiredVariable('LEPTOS_SITE_ROOT'),
    PRODUCTS_API_URL: api,
  };
}
