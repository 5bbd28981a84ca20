// Sends requests as a browser does, checks each response, and reads what they cost the server.

import { readFileSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, get } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

/** Where a response comes from: the site, or its recording. */
export type Source = { pid: number; port: number; path: string };

export type Load = {
  name: string;
  path: string;
  headers: Record<string, string>;
  /** A text that the response must contain. */
  contains: string;
};

export type Answer = { status: number; rawHeaders: string[]; headers: IncomingHttpHeaders; body: Buffer };

const CONNECTIONS = 8;
const BATCH = 100;
/** Linux counts CPU time in these units: `getconf CLK_TCK`. */
const TICKS_PER_SECOND = 100;

/** Returns the CPU time of a process in seconds, user and system. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field, the name, may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Returns the resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB$/m)?.[1];
  if (!kilobytes) throw new Error(`/proc/${pid}/status has no VmRSS`);
  return Number(kilobytes) * 1024;
}

/** Sends one request. */
export function request(agent: Agent, port: number, path: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = get({ agent, host: '127.0.0.1', port, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({
        status: response.statusCode!,
        rawHeaders: response.rawHeaders,
        headers: response.headers,
        body: Buffer.concat(chunks),
      }));
    });
    sent.on('error', reject);
  });
}

/** Throws unless `answer` is the page or data of `load`, in full. */
export function checkContent(load: Load, { status, headers, body }: Answer) {
  const encoding = headers['content-encoding'];
  const text = encoding === 'br' ? brotliDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body;
  if (status === 200 && text.includes(load.contains)) return;
  throw new Error(`${load.name}: ${status} without "${load.contains}": ${text.toString().slice(0, 300)}`);
}

/** Throws unless `answer` has the length of `expected`. A page has random parts, which do not always compress equally. */
function checkLength(load: Load, expected: number, { status, body }: Answer) {
  if (status === 200 && Math.abs(body.length - expected) <= expected * 0.02) return;
  throw new Error(`${load.name}: ${status} with ${body.length} bytes instead of 200 with ${expected}`);
}

/** Sends requests until the server has used `minCpu` seconds; returns seconds of CPU per 1,000 answers. */
export async function costPer1000(load: Load, expected: number, source: Source, minCpu: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let left = 0;
  const connection = async () => {
    for (; left > 0;) {
      left -= 1;
      checkLength(load, expected, await request(agent, source.port, source.path, load.headers));
    }
  };
  const batch = async () => {
    left = BATCH;
    await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  };
  try {
    checkContent(load, await request(agent, source.port, source.path, load.headers));
    await batch();
    const before = cpuSeconds(source.pid);
    let used = 0;
    let answers = 0;
    for (; used < minCpu;) {
      await batch();
      answers += BATCH;
      used = cpuSeconds(source.pid) - before;
    }
    return (used / answers) * 1000;
  } finally {
    agent.destroy();
  }
}

/** Returns the times in ms until the last byte of `count` answers, with one connection. */
export async function latencies(load: Load, { port, path }: Source, count: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  for (let number = -50; number < count; number += 1) {
    const start = performance.now();
    const answer = await request(agent, port, path, load.headers);
    if (number >= 0) times.push(performance.now() - start);
    if (answer.status !== 200) throw new Error(`${load.name}: ${answer.status}`);
  }
  agent.destroy();
  return times;
}

/** Returns the value below which are `percent` of `values`. */
export function percentile(values: number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = ((sorted.length - 1) * percent) / 100;
  const [low, high] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  return low + (high - low) * (position - Math.floor(position));
}

export const median = (values: number[]) => percentile(values, 50);
