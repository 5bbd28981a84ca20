// Sites that a test starts, each a process with local services on a free port of localhost.

import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';

import { Program, freePorts, requiredVariable, waitUntilReady } from '../processes';

export type Site = { url: string; program: Program };

/** Starts one site for each set of variables. */
export async function startSites(variables: Record<string, string>[]): Promise<Site[]> {
  mkdirSync(requiredVariable('STATE_FOLDER'), { recursive: true });
  const ports = await freePorts(variables.length);
  const sites: Site[] = [];
  try {
    // Sequentially, because their local services search for free ports as well.
    for (const [index, own] of variables.entries()) {
      const state = mkdtempSync(join(requiredVariable('STATE_FOLDER'), 'site-'));
      const url = `http://localhost:${ports[index]}`;
      const program = new Program(
        'site',
        // Child processes inherit the ignored signal. One test makes writes to files fail.
        'sh',
        ['-c', 'trap "" XFSZ; exec "$0"', requiredVariable('SERVER_EXECUTABLE')],
        {
          APP_BASE_URL: url,
          LEPTOS_HASH_FILES: 'false',
          LEPTOS_OUTPUT_NAME: 'leptos-auth0',
          LEPTOS_SITE_ADDR: `127.0.0.1:${ports[index]}`,
          LEPTOS_SITE_ROOT: requiredVariable('LEPTOS_SITE_ROOT'),
          LOCAL_SERVICES_DIR: state,
          ...own,
        },
        state,
      );
      sites.push({ url, program });
      await waitUntilReady(`${url}/readyz`, program);
    }
  } catch (error) {
    await stopSites(sites);
    throw error;
  }
  return sites;
}

export async function stopSites(sites: Site[]) {
  await Promise.all(sites.map(({ program }) => program.stop()));
}
