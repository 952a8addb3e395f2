import { defineConfig } from '@playwright/test';

// A running platform with its demo data; two pages of one Chromium talk to each other through it.
const platform = process.env['CORDBOARD_URL'] ?? 'http://localhost:8080';

export default defineConfig({
  testDir: 'specs',
  outputDir: 'results',
  // Two cores carry one video call at a time.
  workers: 1,
  timeout: 60_000,
  // Video in real time on a machine that others may use too: what passes at the second try is shown as flaky.
  retries: 1,
  globalTimeout: 1_800_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  reporter: [['list']],
  use: {
    baseURL: platform,
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 800 },
    permissions: ['camera', 'microphone'],
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        // A container's root has no sandbox; the pages are our own.
        '--no-sandbox',
        // Twenty pictures a second would take most of two cores to encode; ten show as well that they come.
        '--use-fake-device-for-media-stream=fps=10',
        '--use-fake-ui-for-media-stream',
        '--allow-loopback-in-peer-connection',
      ],
    },
  },
});
