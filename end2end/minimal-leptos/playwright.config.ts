// `cargo xtask test minimal-leptos`: the example with ordinary hydration, at the local tenant and the products API.

import { defineConfig } from '@playwright/test';

import { browser, shared } from '../settings';

export default defineConfig({
  ...shared,
  testDir: '.',
  outputDir: '../test-results/minimal-leptos',
  workers: 1,
  use: browser,
  projects: [
    { name: 'hydrate' },
    { name: 'no-js', use: { javaScriptEnabled: false }, testIgnore: '**/*.hydrate.spec.ts' },
  ],
});
