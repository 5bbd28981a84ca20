import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Browser, BrowserContextOptions } from '@playwright/test';

import { test } from '../foreign-provider/fixtures';
import { requiredVariable } from '../processes';
import { median } from './load';
import { USER } from './loads';
import { signIn } from './sign-in';

const RUNS = Number(process.env.BENCH_RUNS ?? 9);
const CPU_SLOWDOWN = 4;
const NETWORK = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
/** Blocking time counts until so long after the page is ready. */
const SETTLED_MS = 1_000;

type Timing = { fcp: number; lcp: number; ready: number; blocking: number };
type Load = Timing & { bytes: number; requests: number; files: { path: string; bytes: number }[] };

test('browser', async ({ browser, env, playwright }) => {
  const user = await playwright.request.newContext();
  await signIn(user, env, USER);
  const storageState = await user.storageState();
  const pages = [
    { name: '/ anonymous', path: '/', options: {}, contains: '.hero' },
    { name: '/products', path: '/products', options: { storageState }, contains: 'tbody tr:nth-child(20) [role=rowheader]' },
  ];
  const result: Record<string, Load & { runs: Timing[] }> = {};
  for (const { name, path, options, contains } of pages) {
    const loads: Load[] = [];
    // The first run, which warms up browser and server, does not count.
    for (let run = -1; run < RUNS; run += 1) {
      const load = await loadPage(browser, `${env.site}${path}`, options, contains);
      if (run >= 0) loads.push(load);
    }
    const figure = (of: keyof Timing | 'bytes' | 'requests') => median(loads.map((load) => load[of]));
    result[name] = {
      bytes: figure('bytes'),
      requests: figure('requests'),
      fcp: figure('fcp'),
      lcp: figure('lcp'),
      ready: figure('ready'),
      blocking: figure('blocking'),
      files: loads[0].files,
      runs: loads.map(({ fcp, lcp, ready, blocking }) => ({ fcp, lcp, ready, blocking })),
    };
  }
  const contents = JSON.stringify({ browser: browser.version(), pages: result }, null, 2);
  writeFileSync(join(requiredVariable('BENCH_RESULTS'), 'browser.json'), contents);
});

/** Loads a page with an empty cache, a slow CPU and a slow network. */
async function loadPage(browser: Browser, url: string, options: BrowserContextOptions, contains: string): Promise<Load> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.addInitScript(observe);
  const devtools = await context.newCDPSession(page);
  const paths = new Map<string, string>();
  const files: Load['files'] = [];
  devtools.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (request.url.startsWith('http')) paths.set(requestId, new URL(request.url).pathname);
  });
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const path = paths.get(requestId);
    if (path) files.push({ path, bytes: encodedDataLength });
  });
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', NETWORK);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });

  await page.goto(url);
  await page.locator('html[data-hydrated="1"]').waitFor({ state: 'attached' });
  await page.locator(contains).waitFor();
  await page.waitForTimeout(SETTLED_MS);
  const timing = await page.evaluate(() => (window as unknown as { timing(): Timing }).timing());
  await context.close();
  if (!timing.fcp || !timing.lcp) throw new Error(`${url} painted nothing`);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { ...timing, bytes, requests: paths.size, files };
}

/** Runs in the page before anything else. All times are ms since the start of the navigation. */
function observe() {
  const times = { fcp: 0, lcp: 0, ready: 0 };
  const tasks: { start: number; end: number }[] = [];
  const on = (type: string, each: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true });
  on('paint', ({ name, startTime }) => { if (name === 'first-contentful-paint') times.fcp = startTime; });
  on('largest-contentful-paint', ({ startTime }) => { times.lcp = startTime; });
  on('longtask', ({ startTime, duration }) => { tasks.push({ start: startTime, end: startTime + duration }); });
  const ready = new MutationObserver(() => {
    if (document.documentElement?.dataset.hydrated !== '1') return;
    times.ready = performance.now();
    ready.disconnect();
  });
  ready.observe(document, { attributes: true, childList: true, subtree: true });
  // Total blocking time: what exceeds 50 ms of each task after the first paint.
  const blocking = () => tasks
    .map(({ start, end }) => end - Math.max(start, times.fcp) - 50)
    .filter((excess) => excess > 0)
    .reduce((sum, excess) => sum + excess, 0);
  Object.assign(window, { timing: () => ({ ...times, blocking: blocking() }) });
}
