// Finds the Chromium of the tests: the configured one, Playwright's, or the system's.

import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Arguments of Chromium. They disable its own network traffic. */
export const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Chromium does not sandbox root, the user in many containers.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/** Returns the path of a Chromium, or `undefined`. */
export function findChromium() {
  return named() ?? playwrights() ?? onPath() ?? ELSEWHERE.find(isExecutable);
}

function named() {
  const path = process.env.PLAYWRIGHT_CHROMIUM;
  if (path && !isExecutable(path)) {
    throw new Error(`PLAYWRIGHT_CHROMIUM is ${path}, which cannot be executed`);
  }
  return path || undefined;
}

function playwrights() {
  try {
    const { chromium } = createRequire(import.meta.url)('@playwright/test');
    const path = chromium.executablePath();
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined; // Not installed yet, or it has none for this system.
  }
}

function onPath() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
