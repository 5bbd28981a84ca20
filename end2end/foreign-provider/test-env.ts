// The provider, the API and the site, each as a program on a free port.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Program, freePorts, requiredVariable, waitUntilReady } from '../processes';
import { API, CLIENT, ORDERS } from './settings.mjs';

/** Number of site processes, whether the orders API is configured, lifetime of access tokens, and pages with a silent login. */
export type TestEnvOptions = { processes: number; orders: boolean; tokenSeconds: number; fapi?: boolean; silent?: string };

export type TestEnv = {
  site: string;
  /** The port of each process of `site`. */
  processes: number[];
  provider: string;
  /** Starts another process of the site on `port`. */
  startSite(port: number): Program;
  /** The first process of `site`. */
  program(): Program;
  /** Replaces the first process of `site` by another release, whose generated files are called `name`. */
  deploy(name: string): Promise<void>;
  stop(): Promise<void>;
};

export async function startTestEnv({ processes, orders, tokenSeconds, fapi, silent }: TestEnvOptions): Promise<TestEnv> {
  const client = fapi ? clientKey() : undefined;
  mkdirSync(requiredVariable('STATE_FOLDER'), { recursive: true });
  const state = mkdtempSync(join(requiredVariable('STATE_FOLDER'), 'env-'));
  const [providerPort, apiPort, ...sitePorts] = await freePorts(2 + processes);
  const [sitePort] = sitePorts;
  const provider = `http://127.0.0.1:${providerPort}`;
  const site = `http://localhost:${sitePort}`;
  const api = `http://127.0.0.1:${apiPort}`;

  const secret = randomBytes(32).toString('hex');

  const programs: Program[] = [];
  const startSite = (port: number, release: Record<string, string> = {}) => {
    const variables = { ...siteVariables(site, port, provider, api, state), ...(orders ? ordersVariables() : {}), ...client?.variables, ...(silent ? { AUTH0_SILENT_LOGIN: silent } : {}) };
    return new Program(`site-${port}`, requiredVariable('SERVER_EXECUTABLE'), [], { ...variables, AUTH0_SECRET: secret, ...release }, state);
  };
  const deploy = async (name: string) => {
    const folder = releaseFolder(state, name);
    await programs[2].stop();
    programs[2] = startSite(sitePort, { LEPTOS_OUTPUT_NAME: name, LEPTOS_SITE_ROOT: folder });
    await waitUntilReady(`http://127.0.0.1:${sitePort}/readyz`, programs[2]);
  };
  const stop = async () => void (await Promise.all(programs.map((program) => program.stop())));
  try {
    const script = join(dirname(fileURLToPath(import.meta.url)), 'provider.mjs');
    programs.push(new Program('provider', process.execPath, [script, `${providerPort}`, site, `${tokenSeconds}`], client ? { CLIENT_JWK: client.jwk } : {}, state));
    programs.push(new Program(
      'api',
      requiredVariable('API_EXECUTABLE'),
      ['--port', `${apiPort}`, '--issuer', provider, '--audience', API.identifier, '--public-url', api, '--database', ':memory:'],
      {},
      state,
    ));
    for (const port of sitePorts) programs.push(startSite(port));
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
  return { site, processes: sitePorts, provider, startSite, program: () => programs[2], deploy, stop };
}

/** Copies the site to a folder in which its generated files are called `name`. */
function releaseFolder(state: string, name: string): string {
  const folder = join(state, name);
  cpSync(requiredVariable('LEPTOS_SITE_ROOT'), folder, { recursive: true });
  for (const file of readdirSync(join(folder, 'pkg'))) {
    renameSync(join(folder, 'pkg', file), join(folder, 'pkg', file.replace(/^leptos-auth0/, name)));
  }
  return folder;
}

/** A private key instead of the client secret, its public key, and every other part of FAPI 2.0. */
function clientKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' };
  return {
    jwk: JSON.stringify(jwk),
    variables: {
      AUTH0_CLIENT_SECRET: '',
      AUTH0_CLIENT_ASSERTION_SIGNING_KEY: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
      AUTH0_DPOP: 'true',
      AUTH0_FAPI2: 'true',
      AUTH0_PUSHED_AUTHORIZATION_REQUESTS: 'true',
      AUTH0_SIGNED_REQUEST_OBJECT: 'true',
    },
  };
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
