// The release build, run as in production: hashed names, compressed, with a provider given by variables.

import { defineConfig } from '@playwright/test';

import { browser, shared } from '../settings';

export default defineConfig({
  ...shared,
  testDir: '.',
  outputDir: '../test-results/release',
  timeout: 60_000,
  workers: 1,
  use: browser,
  projects: [{ name: 'release' }],
});
