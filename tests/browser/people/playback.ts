import { expect, type Page } from '@playwright/test';

/** Bytes a second: below the lowest rung's needs and its buffer's patience, or as fast as the machine. */
const SLOW = 12_000;

export async function throttle(page: Page, speed: 'slow' | 'fast'): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: speed === 'slow' ? 40 : 0,
    downloadThroughput: speed === 'slow' ? SLOW : -1,
    uploadThroughput: -1,
  });
}

/**
 * What was loaded already plays as it is, so it looks at what is not: the player jumps there and
 * has to choose a rung for the network of now.
 */
export async function expectToSwitch(page: Page, direction: 'down' | 'up'): Promise<void> {
  const before = await rung(page);
  await jumpAhead(page);
  await expect
    .poll(
      async () => {
        const now = await rung(page);
        return direction === 'down' ? now < before : now > before;
      },
      { timeout: 40_000, message: `switches ${direction} from ${before}` },
    )
    .toBe(true);
}

/** Lines of the picture that plays now; the player says it in its list of qualities. */
async function rung(page: Page): Promise<number> {
  const chosen = await page.getByLabel('Quality').locator('option:checked').textContent();
  return Number(/(\d+)p/.exec(chosen ?? '')?.[1] ?? 0);
}

async function jumpAhead(page: Page): Promise<void> {
  await page.locator('video[aria-label="Recording"]').evaluate((video: HTMLVideoElement) => {
    const buffered = video.buffered.length > 0 ? video.buffered.end(video.buffered.length - 1) : 0;
    video.currentTime = Math.min(buffered + 1, video.duration - 5);
    void video.play();
  });
}
