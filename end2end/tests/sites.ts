// Sites of a test's own, each a process with local services, on a free port of localhost.

import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';

import { Program, answers, freePorts, needed } from '../programs';

export type Site = { url: string; program: Program };

/** Starts one site for each set of variables. */
export async function startSites(variables: Record<string, string>[]): Promise<Site[]> {
  mkdirSync(needed('STATE_FOLDER'), { recursive: true });
  const ports = await freePorts(variables.length);
  const sites: Site[] = [];
  try {
    // One after the other: their local services look for free ports, too.
    for (const [index, own] of variables.entries()) {
      const state = mkdtempSync(join(needed('STATE_FOLDER'), 'site-'));
      const url = `http://localhost:${ports[index]}`;
      const program = new Program(
        'site',
        // What a process that ignores this signal starts ignores it too: a test makes writing to files fail.
        'sh',
        ['-c', 'trap "" XFSZ; exec "$0"', needed('SERVER_EXECUTABLE')],
        {
          APP_BASE_URL: url,
          LEPTOS_HASH_FILES: 'false',
          LEPTOS_OUTPUT_NAME: 'leptos-auth0',
          LEPTOS_SITE_ADDR: `127.0.0.1:${ports[index]}`,
          LEPTOS_SITE_ROOT: needed('LEPTOS_SITE_ROOT'),
          LOCAL_SERVICES_DIR: state,
          ...own,
        },
        state,
      );
      sites.push({ url, program });
      await answers(`${url}/readyz`, program);
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
