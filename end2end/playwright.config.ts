// Every specification runs twice, with and without JavaScript. `*.hydrate.spec.ts` requires JavaScript, and
// `*.processes.spec.ts` starts its own sites with the variables of `cargo xtask test`.
//
// `cargo xtask test` or `cargo leptos end-to-end` starts the site.

import { defineConfig } from '@playwright/test';

import { browser, shared } from './settings';

const PROCESSES = process.env.SERVER_EXECUTABLE ? [] : ['**/*.processes.spec.ts'];

export default defineConfig({
  ...shared,
  testDir: './tests',
  outputDir: './test-results',
  globalSetup: './wait-for-site.ts',
  workers: 2,
  fullyParallel: true,
  use: { ...browser, baseURL: process.env.BASE_URL ?? 'http://localhost:3000' },
  projects: [
    { name: 'hydrate', testIgnore: PROCESSES },
    { name: 'no-js', use: { javaScriptEnabled: false }, testIgnore: ['**/*.hydrate.spec.ts', ...PROCESSES] },
  ],
});
