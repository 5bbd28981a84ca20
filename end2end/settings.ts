// Settings of all Playwright configurations.

import { type PlaywrightTestConfig, devices } from '@playwright/test';

import { ARGUMENTS, findChromium } from './chromium.mjs';

export const shared = {
  forbidOnly: Boolean(process.env.CI),
  // A flaky test is a failing test.
  retries: 0,
  timeout: 30_000,
  globalTimeout: 25 * 60_000,
  expect: { timeout: 10_000 },
  // `cargo xtask test` sets the file to read the counts from.
  reporter: process.env.PLAYWRIGHT_JUNIT_OUTPUT_FILE ? [['list'], ['junit']] : [['list']],
} satisfies PlaywrightTestConfig;

export const browser = {
  ...devices['Desktop Chrome'],
  screenshot: 'only-on-failure',
  actionTimeout: 10_000,
  navigationTimeout: 15_000,
  launchOptions: { executablePath: findChromium(), args: ARGUMENTS },
} satisfies PlaywrightTestConfig['use'];
