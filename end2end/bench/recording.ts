// The comparison: `bare-axum` sends the site's own responses, byte for byte.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Program, freePorts, requiredVariable } from '../processes';
import type { Answer } from './load';

/** Headers of the connection and the framing, which the server adds itself. */
const OWN_HEADERS = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'];

/** Starts `bare-axum`; it responds at `/NUMBER` with the answer of that number. */
export async function startBareAxum(answers: Answer[], state: string): Promise<{ program: Program; port: number }> {
  const folder = join(state, 'recorded');
  mkdirSync(folder);
  answers.forEach((answer, number) => writeFileSync(join(folder, `${number}`), file(answer)));
  const [port] = await freePorts(1);
  const program = new Program('bare-axum', requiredVariable('BARE_AXUM_EXECUTABLE'), [`${port}`, folder], {}, state);
  return { program, port };
}

function file({ status, rawHeaders, body }: Answer): Buffer {
  const lines = [`${status}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index].toLowerCase();
    if (!OWN_HEADERS.includes(name)) lines.push(`${name}: ${rawHeaders[index + 1]}`);
  }
  return Buffer.concat([Buffer.from(`${lines.join('\n')}\n\n`), body]);
}
