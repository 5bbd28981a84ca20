// The tenant, the products API and the example, each as a program on a free port.

import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';

import { Program, freePorts, requiredVariable, waitUntilReady } from '../processes';
import { Proxy } from '../proxy';

const AUDIENCE = 'https://products.example.com';
const CLIENT = { id: 'minimal-leptos', secret: randomBytes(32).toString('hex') };

export type TestEnv = {
  /** The public URL of the site. */
  site: string;
  /** The proxy in front of it, if it has a base path. */
  proxy: Proxy | undefined;
  stop(): Promise<void>;
};

export async function startTestEnv(basePath: string): Promise<TestEnv> {
  mkdirSync(requiredVariable('STATE_FOLDER'), { recursive: true });
  const state = mkdtempSync(join(requiredVariable('STATE_FOLDER'), 'env-'));
  const proxy = basePath ? await Proxy.start(basePath) : undefined;
  const [tenantPort, apiPort, sitePort] = await freePorts(3);
  const tenant = `http://127.0.0.1:${tenantPort}/`;
  const api = `http://127.0.0.1:${apiPort}`;
  const target = `http://localhost:${sitePort}`;
  if (proxy) proxy.target = target;
  const site = proxy?.url ?? target;

  const programs: Program[] = [];
  const start = async (name: string, file: string, parameters: string[], variables: Record<string, string>, url: string) => {
    const program = new Program(name, requiredVariable(file), parameters, variables, state);
    programs.push(program);
    await waitUntilReady(url, program);
  };
  const stop = async () => void (await Promise.all([...programs, proxy].map((started) => started?.stop())));
  try {
    await Promise.all([
      start('tenant', 'TENANT_EXECUTABLE', [
        '--port', `${tenantPort}`, '--app-base-url', site, '--client-id', CLIENT.id, '--client-secret', CLIENT.secret,
      ], {}, `${tenant}.well-known/openid-configuration`),
      start('api', 'API_EXECUTABLE', [
        '--port', `${apiPort}`, '--issuer', tenant, '--audience', AUDIENCE, '--database', ':memory:',
      ], {}, `${api}/healthz`),
      start('site', 'SITE_EXECUTABLE', [], {
        APP_BASE_URL: site,
        AUTH0_AUDIENCE: AUDIENCE,
        AUTH0_CLIENT_ID: CLIENT.id,
        AUTH0_CLIENT_SECRET: CLIENT.secret,
        AUTH0_DOMAIN: tenant,
        AUTH0_EXPOSE_ACCESS_TOKENS_FOR: AUDIENCE,
        AUTH0_SECRET: randomBytes(32).toString('hex'),
        AUTH0_SESSION_STORE: `sqlite:${join(state, 'sessions.db')}`,
        LEPTOS_OUTPUT_NAME: 'minimal-leptos',
        LEPTOS_SITE_ADDR: `127.0.0.1:${sitePort}`,
        LEPTOS_SITE_ROOT: requiredVariable('LEPTOS_SITE_ROOT'),
        PRODUCTS_API_URL: api,
      }, site),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { site, proxy, stop };
}
