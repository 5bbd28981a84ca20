// `cargo leptos end-to-end` starts the site and the tests concurrently.

import type { FullConfig } from '@playwright/test';

const LIMIT_MS = 60_000;

export default async function waitForSite(config: FullConfig) {
  const site = config.projects[0].use.baseURL;
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    const reason = await fetch(`${site}/healthz`, { signal: AbortSignal.timeout(5_000) }).then(
      (response) => (response.ok ? undefined : `it answers ${response.status}`),
      (error: Error) => error.message,
    );
    if (!reason) return;
    if (Date.now() > end) throw new Error(`${site} is not up after ${LIMIT_MS / 1000} seconds: ${reason}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
