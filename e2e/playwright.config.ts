/** How the stories run: one real server a worker, one browser, every screenshot and trace of a failure kept. */
import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const chromium = [process.env['AFTERSAIL_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && path !== '' && existsSync(path),
);
if (chromium === undefined) {
  throw new Error('No Chromium found. Install it (scripts/setup does on Debian), or name it in AFTERSAIL_CHROMIUM.');
}

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  fullyParallel: false,
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: process.env['CI'] === 'true',
  reporter: [['list'], ['html', { open: 'never' }], ['./support/failures.ts']],
  use: {
    browserName: 'chromium',
    actionTimeout: 20_000,
    headless: true,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    timezoneId: 'Asia/Shanghai',
    geolocation: { latitude: 31.2304, longitude: 121.4737 },
    permissions: ['geolocation'],
    launchOptions: {
      executablePath: chromium,
      // The browser speaks to nobody but the server under test.
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
