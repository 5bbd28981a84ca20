// Installs missing dependencies of the tests: the Node packages and a Chromium. Runs before `npm test`. With `--packages-only`
// without the Chromium, for the Rust tests that start an OpenID Provider.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';

import { findChromium } from './chromium.mjs';

const here = dirname(fileURLToPath(import.meta.url));

if (!packagesAreCurrent()) {
  say('The Node packages are missing or old: npm ci');
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], 10)) {
    fail('npm ci failed; is the package registry reachable?');
  }
}

if (process.argv.includes('--packages-only')) process.exit(0);

if (!findChromium()) {
  say('There is no Chromium: npx playwright install chromium');
  run('npx', ['playwright', 'install', 'chromium'], 10);
}
if (!findChromium() && process.getuid?.() === 0 && run('apt-get', ['--version'], 1, 'ignore')) {
  say("Playwright's is not available: apt-get install chromium");
  const install = ['install', '-y', '--no-install-recommends', 'chromium'];
  run('apt-get', install, 15) || (run('apt-get', ['update'], 5) && run('apt-get', install, 15));
}
if (!findChromium()) {
  fail('Install Chromium or Chrome, or set PLAYWRIGHT_CHROMIUM to one.');
}

/** Returns whether the installed packages match the lock file. */
function packagesAreCurrent() {
  const versions = (file) => {
    const path = join(here, file);
    if (!existsSync(path)) return undefined;
    const packages = Object.entries(JSON.parse(readFileSync(path, 'utf8')).packages);
    return new Map(packages.map(([name, { version }]) => [name, version]));
  };
  const wanted = versions('package-lock.json');
  const installed = versions('node_modules/.package-lock.json');
  if (!installed) return false;
  // Optional packages for other systems are locked but not installed.
  return [...installed].every(([name, version]) => wanted.get(name) === version)
    && ['@playwright/test', '@axe-core/playwright', 'oidc-provider'].every((name) => installed.has(`node_modules/${name}`));
}

function run(program, parameters, minutes, stdio = ['ignore', 'inherit', 'inherit']) {
  const { status } = spawnSync(program, parameters, {
    cwd: here,
    stdio,
    timeout: minutes * 60_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    shell: process.platform === 'win32',
  });
  return status === 0;
}

function say(text) {
  console.log(text);
}

function fail(text) {
  console.error(`error: ${text}`);
  process.exit(1);
}
