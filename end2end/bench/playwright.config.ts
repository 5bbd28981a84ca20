// `cargo xtask bench`: the release build, run as in production, measured.

import { defineConfig } from '@playwright/test';

import { browser, shared } from '../settings';

export default defineConfig({
  ...shared,
  testDir: '.',
  outputDir: '../test-results/bench',
  // Measurements, not tests: the parts run one after the other, each for minutes.
  timeout: 20 * 60_000,
  workers: 1,
  use: { ...browser, options: { processes: 1, orders: false, tokenSeconds: 3600 } },
  projects: [{ name: 'bench' }],
});
