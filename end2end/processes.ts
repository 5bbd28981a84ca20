// Programs that tests start on free ports and stop at the end.

import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;

/** A child process whose output goes to a file. */
export class Program {
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  readonly log: string;
  failed: string | undefined;

  constructor(readonly name: string, file: string, parameters: string[], variables: Record<string, string>, state: string) {
    this.log = join(state, `${name}.log`);
    const log = createWriteStream(this.log);
    // Neither the developer's configuration nor the `.env` of the repository applies.
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
      this.#child.once('exit', (code, signal) => resolve(`it exited with ${signal ?? code}`));
    });
    void this.#ended.then((why) => { this.failed = why; });
  }

  /** Process ID. */
  get pid(): number {
    return this.#child.pid!;
  }

  async stop() {
    this.#child.kill('SIGINT');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#ended;
    clearTimeout(late);
  }
}

/** Waits until `program` responds at `url` with a 2xx status. */
export async function waitUntilReady(url: string, program: Program) {
  const end = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (program.failed) throw new Error(`${program.name} did not start: ${program.failed}; see ${program.log}`);
    const ok = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then((r) => r.ok, () => false);
    if (ok) return;
    if (Date.now() > end) throw new Error(`${program.name} does not respond at ${url}; see ${program.log}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Returns different free ports: all are bound at the same time. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(servers.map((server) => new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  })));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Returns an environment variable, or throws if it is unset. */
export function requiredVariable(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set; \`cargo xtask test\` sets it`);
  return value;
}
