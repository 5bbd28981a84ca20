import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';

import { expect, test } from '../foreign-provider/fixtures';
import type { TestEnv } from '../foreign-provider/test-env';
import { type Program, freePorts, requiredVariable, waitUntilReady } from '../processes';
import {
  type Answer, type Load, checkContent, costPer1000, latencies, median, percentile, request, residentBytes,
} from './load';
import { SIGNED_IN_HOME, USER, loads } from './loads';
import { startBareAxum } from './recording';
import { sessionCookie, signIn } from './sign-in';

const ROUNDS = 7;
/** Linux counts CPU time in hundredths of a second, so one measurement is exact to 2 %. */
const MIN_CPU_SECONDS = 0.5;
const STARTS = 11;
const LATENCIES = 500;
const IDLE_MS = 2_000;

test('server', async ({ env, playwright }) => {
  test.skip(process.platform !== 'linux', 'CPU time and memory of a process are read from /proc: Linux only');
  const busy = loadavg()[0];
  if (busy > 1) console.log(`The machine is not idle: load ${busy.toFixed(1)}. CPU times are too high, ratios vary.`);

  const site = env.program();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const idle = residentBytes(site.pid);

  const user = await playwright.request.newContext();
  await signIn(user, env, USER);
  const all = loads(new URL(env.site).host, await sessionCookie(user));
  await user.dispose();

  const answers = await record(all, env.processes[0]);
  const state = mkdtempSync(join(requiredVariable('STATE_FOLDER'), 'bare-'));
  const bare = await startBareAxum(answers, state);
  try {
    await waitUntilReady(`http://127.0.0.1:${bare.port}/0`, bare.program);
    const cost = await compare(all, answers, site, env.processes[0], bare);
    const loaded = residentBytes(site.pid);
    const home = all.find(({ name }) => name === SIGNED_IN_HOME)!;
    const times = await latencies(home, { pid: site.pid, port: env.processes[0], path: home.path }, LATENCIES);
    const starts = await coldStarts(env);
    const result = {
      machine: `${cpus().length} × ${cpus()[0].model}`,
      cost,
      latency: { median: median(times), p99: percentile(times, 99) },
      memory: { idle, loaded },
      coldStart: median(starts),
      bytes: {
        executable: statSync(requiredVariable('SERVER_EXECUTABLE')).size,
        site: folderBytes(requiredVariable('LEPTOS_SITE_ROOT')),
      },
    };
    writeFileSync(join(requiredVariable('BENCH_RESULTS'), 'server.json'), JSON.stringify(result, null, 2));
  } finally {
    await bare.program.stop();
  }
});

/** Returns a complete answer for each load. */
async function record(all: Load[], port: number): Promise<Answer[]> {
  const agent = new Agent();
  const answers: Answer[] = [];
  for (const load of all) {
    const answer = await request(agent, port, load.path, load.headers);
    checkContent(load, answer);
    answers.push(answer);
  }
  return answers;
}

/** Measures each load in turn, the site and its recording one after the other, so that noise affects both. */
async function compare(all: Load[], answers: Answer[], site: Program, port: number, bare: { program: Program; port: number }) {
  const rounds: { site: number; bare: number }[][] = all.map(() => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [number, load] of all.entries()) {
      const expected = answers[number].body.length;
      const recorded = { pid: bare.program.pid, port: bare.port, path: `/${number}` };
      rounds[number].push({
        site: await costPer1000(load, expected, { pid: site.pid, port, path: load.path }, MIN_CPU_SECONDS),
        bare: await costPer1000(load, expected, recorded, MIN_CPU_SECONDS),
      });
    }
  }
  return all.map((load, number) => ({
    name: load.name,
    bytes: answers[number].body.length,
    encoding: answers[number].headers['content-encoding'] ?? 'none',
    site: median(rounds[number].map((round) => round.site)),
    bare: median(rounds[number].map((round) => round.bare)),
    ratio: median(rounds[number].map((round) => round.site / round.bare)),
    rounds: rounds[number],
  }));
}

/** Returns the times in ms from the start of a process to its first response. */
async function coldStarts(env: TestEnv): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < STARTS; count += 1) {
    const [port] = await freePorts(1);
    const agent = new Agent();
    const start = performance.now();
    const program = env.startSite(port);
    for (;;) {
      const status = await request(agent, port, '/healthz', {}).then((answer) => answer.status, () => 0);
      if (status === 200) break;
      expect(program.failed, 'the site starts').toBeUndefined();
    }
    times.push(performance.now() - start);
    await program.stop();
  }
  return times;
}

function folderBytes(folder: string): number {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
}
