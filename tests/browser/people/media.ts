import { type BrowserContext, expect, type Frame, type Page } from '@playwright/test';

/** Lets the test see the connections of a page, or of all that a browser opens; to be called before they open. */
export async function watchConnections(watched: Page | BrowserContext): Promise<void> {
  await watched.addInitScript(() => {
    const peers: RTCPeerConnection[] = [];
    Object.assign(globalThis, { peers });
    const Original = RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Original {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        peers.push(this);
      }
    };
  });
}

interface Received {
  frames: number;
  energy: number;
}

/** What the newest connection of a page has decoded of the other side so far. */
function received(page: Page | Frame): Promise<Received> {
  return page.evaluate(async () => {
    const { peers } = globalThis as unknown as { peers: RTCPeerConnection[] };
    const found = { frames: 0, energy: 0 };
    const report = await peers.at(-1)?.getStats();
    for (const entry of report?.values() ?? []) {
      if (entry.type !== 'inbound-rtp') continue;
      found.frames += entry.framesDecoded ?? 0;
      found.energy += entry.totalAudioEnergy ?? 0;
    }
    return found;
  });
}

/** The browser's own microphone beeps twice a second. */
const OFTEN_MS = [150];

/** New pictures are decoded and new sound is heard, from now on; in a call of voices alone, only sound. */
export async function expectToSeeAndHear(page: Page, { pictures = true } = {}): Promise<void> {
  const before = await received(page);
  await expect
    .poll(
      async () => {
        const now = await received(page);
        // A connection made meanwhile counts from nothing.
        const base = now.frames < before.frames ? { frames: 0, energy: 0 } : before;
        return { pictures: !pictures || now.frames - base.frames >= 10, sound: now.energy - base.energy > 1e-5 };
      },
      { intervals: OFTEN_MS },
    )
    .toEqual({ pictures: true, sound: true });
}

/** New sound is heard, from now on: a voice, or the music of a queue. */
export async function expectToHear(page: Page | Frame): Promise<void> {
  const before = (await received(page)).energy;
  await expect
    .poll(
      async () => {
        const now = (await received(page)).energy;
        // A connection made meanwhile counts from nothing.
        return now - (now < before ? 0 : before);
      },
      { intervals: OFTEN_MS, message: 'hears something' },
    )
    .toBeGreaterThan(1e-5);
}

/** Silence: the energy no longer grows, though packets may come. */
export async function expectSilence(page: Page): Promise<void> {
  await expect.poll(growth(page, 'energy'), { intervals: EVERY_MS }).toBeLessThan(1e-6);
}

export async function expectPicturesToStop(page: Page): Promise<void> {
  await expect.poll(growth(page, 'frames'), { intervals: EVERY_MS }).toBe(0);
}

/** Longer than from one beep to the next, also where a busy machine makes one late. */
const EVERY_MS = [1_200];

/** By how much more has come since the last time it was asked; at first, more than anything. */
function growth(page: Page, what: keyof Received): () => Promise<number> {
  let before = -Infinity;
  return async () => {
    const now = (await received(page))[what];
    const grown = now - before;
    before = now;
    return grown;
  };
}
