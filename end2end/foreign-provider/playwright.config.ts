// `cargo xtask test foreign`: login, API call, refresh and logout at a foreign OpenID Provider.

import { defineConfig } from '@playwright/test';

import { browser, shared } from '../settings';

export default defineConfig({
  ...shared,
  testDir: '.',
  outputDir: '../test-results/foreign',
  timeout: 90_000,
  workers: 1,
  use: browser,
  projects: [
    { name: 'hydrate' },
    { name: 'no-js', use: { javaScriptEnabled: false }, testIgnore: '**/*.hydrate.spec.ts' },
  ],
});
