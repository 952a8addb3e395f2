import { type CDPSession, expect, type Page } from '@playwright/test';

/**
 * Speeds as shares of what the best rung needs, which depends on how many pictures a busy machine made. Slow is enough for
 * the rung below. Fast isn't as fast as the machine: a segment that arrives at once tells the player next to nothing about
 * the network.
 */
const SPEEDS = { slow: 0.85, fast: 4 };
/** Bytes a second until the player has read what there is: slow, and yet it begins. */
const FIRST = 30_000;
/** A slow network takes its time. */
const PATIENCE_MS = 40_000;
const sessions = new WeakMap<Page, CDPSession>();

/** Begins to play on a slow network; gives what the best rung needs, in bytes a second. */
export async function playSlowly(page: Page): Promise<number> {
  await limit(page, FIRST);
  const ladder = page.waitForResponse(/master\.m3u8$/);
  await page.getByRole('button', { name: 'Play' }).click();
  const rungs = [...(await (await ladder).text()).matchAll(/[:,]BANDWIDTH=(\d+)/g)].map(([, bits]) => Number(bits) / 8);
  const best = Math.max(...rungs);
  await throttle(page, 'slow', best);
  return best;
}

export async function throttle(page: Page, speed: keyof typeof SPEEDS, best: number): Promise<void> {
  await limit(page, SPEEDS[speed] * best);
}

async function limit(page: Page, downloadThroughput: number): Promise<void> {
  // A limit ends only in the session that set it.
  const session = sessions.get(page) ?? (await page.context().newCDPSession(page));
  sessions.set(page, session);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 20,
    downloadThroughput,
    uploadThroughput: -1,
  });
}

export const picture = (page: Page) => page.locator('video[aria-label="Recording"]');

/** It plays at some quality. */
export async function expectToPlay(page: Page): Promise<void> {
  await expect.poll(() => rung(page), { timeout: PATIENCE_MS, message: 'plays' }).toBeGreaterThan(0);
}

/** The player goes on with another quality. */
export async function expectToSwitch(page: Page, direction: 'down' | 'up'): Promise<void> {
  const before = await rung(page);
  await expect
    .poll(
      async () => {
        const now = await rung(page);
        return direction === 'down' ? now < before : now > before;
      },
      { timeout: PATIENCE_MS, message: `switches ${direction} from ${before}` },
    )
    .toBe(true);
}

/** Lines of the picture that plays now; the player says it in its list of qualities. */
async function rung(page: Page): Promise<number> {
  const chosen = await page.getByLabel('Quality').locator('option:checked').textContent();
  return Number(/(\d+)p/.exec(chosen ?? '')?.[1] ?? 0);
}
