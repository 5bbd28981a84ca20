// The provider, the API and the site, each a program of its own on a free port; gone when the tests are done.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { API, CLIENT, ORDERS } from './setup.mjs';

const START_LIMIT_MS = 60_000;
const END_LIMIT_MS = 10_000;

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

/** A child process whose output goes to a file. */
class Program {
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  readonly log: string;
  failed: string | undefined;

  constructor(readonly name: string, file: string, parameters: string[], variables: Record<string, string>, state: string) {
    this.log = join(state, `${name}.log`);
    const log = createWriteStream(this.log);
    // Nothing of the person's own configuration, and no `.env` of the clone.
    const own = Object.entries(process.env).filter(([key]) => !/^(AUTH0_|PRODUCTS_API_|ORDERS_API_|APP_BASE_URL|LEPTOS_)/.test(key));
    this.#child = spawn(file, parameters, {
      cwd: state,
      env: { ...Object.fromEntries(own), ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.pipe(log, { end: false });
    this.#child.stderr?.pipe(log, { end: false });
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}`));
    });
    void this.#ended.then((why) => { this.failed = why; });
  }

  async stop() {
    this.#child.kill('SIGINT');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), END_LIMIT_MS);
    await this.#ended;
    clearTimeout(late);
  }
}

async function answers(url: string, program: Program) {
  const end = Date.now() + START_LIMIT_MS;
  for (;;) {
    if (program.failed) throw new Error(`${program.name} did not start: ${program.failed}; see ${program.log}`);
    const ok = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then((r) => r.ok, () => false);
    if (ok) return;
    if (Date.now() > end) throw new Error(`${program.name} does not answer at ${url}; see ${program.log}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** All at once, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(servers.map((server) => new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  })));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function needed(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set; \`cargo xtask test foreign\` sets it`);
  return value;
}
