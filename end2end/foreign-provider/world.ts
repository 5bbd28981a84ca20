// The provider, the API and the site, each a program of its own on a free port; gone when the tests are done.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { API, CLIENT } from './setup.mjs';

const START_LIMIT_MS = 60_000;
const END_LIMIT_MS = 10_000;

export type World = { site: string; provider: string; stop(): Promise<void> };

export async function startWorld(): Promise<World> {
  const state = needed('STATE_FOLDER');
  mkdirSync(state, { recursive: true });
  const [providerPort, apiPort, sitePort] = await freePorts(3);
  const provider = `http://127.0.0.1:${providerPort}`;
  const site = `http://localhost:${sitePort}`;
  const api = `http://127.0.0.1:${apiPort}`;

  const programs: Program[] = [];
  const stop = async () => void (await Promise.all(programs.map((program) => program.stop())));
  try {
    const script = join(dirname(fileURLToPath(import.meta.url)), 'provider.mjs');
    programs.push(new Program('provider', process.execPath, [script, `${providerPort}`, site], {}, state));
    programs.push(new Program(
      'api',
      needed('API_EXECUTABLE'),
      ['--port', `${apiPort}`, '--issuer', provider, '--audience', API.identifier, '--database', ':memory:'],
      {},
      state,
    ));
    programs.push(new Program('site', needed('SERVER_EXECUTABLE'), [], siteVariables(site, sitePort, provider, api, state), state));
    await Promise.all([
      answers(`${provider}/.well-known/openid-configuration`, programs[0]),
      answers(`${api}/healthz`, programs[1]),
      // The site starts before the provider answers, and gets ready once it does.
      answers(`${site}/readyz`, programs[2]),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { site, provider, stop };
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
    AUTH0_SECRET: randomBytes(32).toString('hex'),
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
    const own = Object.entries(process.env).filter(([key]) => !/^(AUTH0_|PRODUCTS_API_|APP_BASE_URL|LEPTOS_)/.test(key));
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
