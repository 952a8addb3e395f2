// Two people as headless Chromium pages, each with a microphone and a camera that play a file.
import { createRequire } from 'node:module';
import path from 'node:path';

const browserTests = new URL('../../tests/browser/package.json', import.meta.url);
const { chromium } = createRequire(browserTests)('playwright-core');

/** Runs in the page before its own scripts: keeps an eye on every connection it makes. */
function watchConnections() {
  const peers = [];
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...configuration) {
      super(...configuration);
      peers.push(this);
    }
  };
  const now = async () => {
    const seen = { audioPackets: 0, audioEnergy: 0, audioSeconds: 0, frames: 0, width: 0, height: 0, lost: 0 };
    for (const peer of peers) {
      if (peer.connectionState === 'closed') continue;
      for (const report of (await peer.getStats()).values()) {
        if (report.type !== 'inbound-rtp') continue;
        seen.lost += report.packetsLost ?? 0;
        if (report.kind === 'audio') {
          seen.audioPackets += report.packetsReceived;
          seen.audioEnergy += report.totalAudioEnergy ?? 0;
          seen.audioSeconds += report.totalSamplesDuration ?? 0;
        } else {
          seen.frames += report.framesDecoded ?? 0;
          seen.width = Math.max(seen.width, report.frameWidth ?? 0);
          seen.height = Math.max(seen.height, report.frameHeight ?? 0);
        }
      }
    }
    return seen;
  };
  window.demoMedia = now;
  /** When the first picture was decoded and the first sound arrived, in milliseconds since 1970. */
  window.demoFirstMedia = async (limit) => {
    const end = Date.now() + limit;
    for (;;) {
      const { audioPackets, frames } = await now();
      if (audioPackets > 0 && frames > 0) return Date.now();
      if (Date.now() > end) throw new Error(`no media after ${limit} ms: ${audioPackets} audio packets, ${frames} frames`);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  };
}

/** A person with a browser of their own, since Chromium takes one fake microphone a process. */
export async function person(name, folder) {
  const browser = await chromium.launch({
    executablePath: process.env.CORDBOARD_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${path.join(folder, `${name}.wav`)}`,
      `--use-file-for-fake-video-capture=${path.join(folder, `${name}.mjpeg`)}`,
      '--autoplay-policy=no-user-gesture-required',
      '--allow-loopback-in-peer-connection',
    ],
  });
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 720 } });
  await context.addInitScript(watchConnections);
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  return {
    page,
    problems,
    media: () => page.evaluate(() => window.demoMedia()),
    firstMedia: (limit) => page.evaluate((ms) => window.demoFirstMedia(ms), limit),
    show: () => page.screenshot({ path: path.join(folder, `${name}.png`) }),
    close: () => browser.close(),
  };
}

/** The agent signs in at the console and places a video call; answers the call's id and the contact's link. */
export async function placeCall({ page }, url, contact, { email, password }) {
  await page.goto(`${url}/contacts/${contact.id}`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const placed = page.waitForResponse(
    (response) => response.request().postData()?.includes('CallPlace') && response.ok(),
    { timeout: 30_000 },
  );
  await page.getByRole('button', { name: 'Video call' }).click();
  const { data, errors } = await (await placed).json();
  const answer = data?.callPlace;
  if (!answer?.call) throw new Error(`the call was not placed: ${JSON.stringify(errors ?? answer?.userErrors)}`);
  return { id: answer.call.id, joinUrl: answer.joinUrl };
}

/** The contact opens the link, sees itself, agrees to the recording and joins; answers when that was. */
export async function joinCall({ page }, joinUrl) {
  await page.goto(joinUrl);
  await page.getByLabel('Your own picture').waitFor();
  await page.getByRole('radio', { name: 'Yes, it may be recorded' }).check();
  const joinedAt = Date.now();
  await page.getByRole('button', { name: 'Join the call' }).click();
  return joinedAt;
}

export async function hangUp({ page }) {
  await page.getByRole('button', { name: 'Hang up' }).first().click();
  return Date.now();
}
