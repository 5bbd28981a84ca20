// Prints the figures of `cargo xtask bench` beside those of an earlier run, and writes them to docs/performance.md.
//
//   node report.mjs RESULTS-FOLDER LABEL EARLIER.json [--docs]

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chart } from './chart.mjs';

const DOCUMENT = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));
const CHART = fileURLToPath(new URL('../../docs/performance.svg', import.meta.url));
const [BEGIN, END] = ['<!-- written by `cargo xtask bench --docs` -->', '<!-- end -->'];

const [folder, label, earlier, docs] = process.argv.slice(2);
if (!earlier) throw new Error('usage: node report.mjs RESULTS-FOLDER LABEL EARLIER.json [--docs]');

const now = { label, server: json('server.json'), browser: json('browser.json'), tokens: tokens('tokens.txt') };
const file = join(folder, 'results.json');
writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`);
const before = existsSync(earlier) ? JSON.parse(readFileSync(earlier, 'utf8')) : undefined;

const runs = before && before.label !== label ? [before, now] : [now];
const tables = [...new Set(runs.flatMap((run) => figures(run).map(({ part }) => part)))].map((part) => table(part, runs));
console.log(`\n${tables.join('\n\n')}\n\n${file}`);

if (docs) {
  const text = readFileSync(DOCUMENT, 'utf8');
  const on = [now.server?.machine, now.browser && `Chromium ${now.browser.browser}`].filter(Boolean).join(', ');
  const [head, rest] = text.split(BEGIN);
  const tail = rest?.split(END)[1];
  if (tail === undefined) throw new Error(`${DOCUMENT} has no lines "${BEGIN}" and "${END}"`);
  writeFileSync(DOCUMENT, `${head}${BEGIN}\n\nThe last run: ${on}.\n\n${tables.join('\n\n')}\n\n${END}${tail}`);
  writeFileSync(CHART, chart(runs));
  console.log(`${DOCUMENT}\n${CHART}`);
}

function json(name) {
  const path = join(folder, name);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** Reads the medians in µs from the output of divan. */
function tokens(name) {
  const path = join(folder, name);
  if (!existsSync(path)) return undefined;
  const found = {};
  let store;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    store = line.match(/[├╰]─ (Memory|Sqlite)/)?.[1] ?? store;
    const [, sessions, median] = line.match(/[├╰]─ (\d+) +[^│]+│[^│]+│ ([\d.]+ [nµm]?s)/) ?? [];
    if (store && sessions) (found[store] ??= {})[sessions] = microseconds(median);
  }
  if (!found.Memory || !found.Sqlite) throw new Error(`${path} is not what divan prints`);
  return found;
}

function microseconds(text) {
  const [number, unit] = text.split(' ');
  return Number(number) * { ns: 1e-3, µs: 1, ms: 1e3, s: 1e6 }[unit];
}

/** Returns all figures of a run, in the order of the tables. */
function figures({ server, browser, tokens: byStore }) {
  const all = [];
  const add = (part, name, value, unit, digits = 0, more = '') =>
    all.push({ part, name, value, text: `${number(value, digits)} ${unit}${more}`.trim() });
  for (const { name, site, bare, ratio, bytes, encoding } of server?.cost ?? []) {
    const [path, ...rest] = name.split(' ');
    const what = [`\`${path}\``, ...rest].join(' ');
    add('server', `${what}: CPU per answer, against bare axum`, ratio, '×', 1, ` (${number(site * 1e3, 0)} : ${number(bare * 1e3, 0)} µs)`);
    add('server', `${what}: bytes`, bytes, encoding === 'none' ? '' : encoding);
  }
  if (server) {
    add('server', '`/` signed in, one connection: median', server.latency.median, 'ms', 2);
    add('server', '`/` signed in, one connection: 99th percentile', server.latency.p99, 'ms', 2);
    add('server', 'memory when idle', server.memory.idle / 2 ** 20, 'MiB', 1);
    add('server', 'memory after the load', server.memory.loaded / 2 ** 20, 'MiB', 1);
    add('server', 'start to first response', server.coldStart, 'ms', 1);
    add('server', 'executable', server.bytes.executable / 1e6, 'MB', 2);
    add('server', 'folder of files, with compressed copies', server.bytes.site / 1e6, 'MB', 2);
  }
  for (const [name, page] of Object.entries(browser?.pages ?? {})) {
    const [path, ...rest] = name.split(' ');
    const what = [`\`${path}\``, ...rest].join(' ');
    add('browser', `${what}: first contentful paint`, page.fcp, 'ms');
    add('browser', `${what}: largest contentful paint`, page.lcp, 'ms');
    add('browser', `${what}: ready`, page.ready, 'ms');
    add('browser', `${what}: total blocking time`, page.blocking, 'ms');
    add('browser', `${what}: bytes`, page.bytes, '');
    add('browser', `${what}: requests`, page.requests, '');
  }
  const stores = { Memory: 'memory', Sqlite: 'SQLite' };
  for (const [store, bySessions] of Object.entries(byStore ?? {})) {
    for (const [sessions, value] of Object.entries(bySessions)) {
      add('tokens', `\`access_token\` from ${stores[store]}, sessions: ${number(Number(sessions), 0)}`, value, 'µs', 2);
    }
  }
  return all;
}

/** Returns the figures of one part, a column for each run. */
function table(part, runs) {
  const columns = runs.map((run) => figures(run).filter((figure) => figure.part === part));
  const names = [...new Set(columns.flat().map(({ name }) => name))];
  const head = [`\`cargo xtask bench --only ${part}\``, ...runs.map((run) => run.label), ...(runs.length > 1 ? ['change'] : [])];
  const rows = names.map((name) => {
    const cells = columns.map((column) => column.find((figure) => figure.name === name));
    const change = runs.length > 1 ? [percent(cells[0]?.value, cells[1]?.value)] : [];
    return [name, ...cells.map((cell) => cell?.text ?? ''), ...change];
  });
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index ? '--:' : '---'))), ...rows.map(line)].join('\n');
}

function number(value, digits) {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function percent(from, to) {
  if (!from || to === undefined) return '';
  const change = Math.round((to / from - 1) * 100);
  return change === 0 ? '=' : `${change > 0 ? '+' : '−'}${Math.abs(change)} %`;
}
