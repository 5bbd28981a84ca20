// What all three Playwright configurations have in common.

import { type PlaywrightTestConfig, devices } from '@playwright/test';

import { ARGUMENTS, findChromium } from './chromium.mjs';

export const shared = {
  forbidOnly: Boolean(process.env.CI),
  // A test that passes at the second attempt is a test that fails.
  retries: 0,
  timeout: 30_000,
  globalTimeout: 25 * 60_000,
  expect: { timeout: 10_000 },
  // Whoever wants to count names a file.
  reporter: process.env.PLAYWRIGHT_JUNIT_OUTPUT_FILE ? [['list'], ['junit']] : [['list']],
} satisfies PlaywrightTestConfig;

export const browser = {
  ...devices['Desktop Chrome'],
  screenshot: 'only-on-failure',
  actionTimeout: 10_000,
  navigationTimeout: 15_000,
  launchOptions: { executablePath: findChromium(), args: ARGUMENTS },
} satisfies PlaywrightTestConfig['use'];
