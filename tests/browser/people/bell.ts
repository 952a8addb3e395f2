import { expect, type Page } from '@playwright/test';

interface Bell {
  strikes: number;
  contexts: AudioContext[];
}

/**
 * Lets the test hear the page's bell; to be called before the page opens. `held`: the page may not sound before a press. That
 * part of the browser is played here, because to the real one whatever a test looks at is a press.
 */
export async function watchBell(page: Page, { held = false } = {}): Promise<void> {
  await page.addInitScript((held) => {
    const bell: Bell = { strikes: 0, contexts: [] };
    Object.assign(globalThis, { bell });
    const touched = new Promise<void>((resolve) => {
      if (!held) resolve();
      for (const touch of ['click', 'keydown']) addEventListener(touch, () => resolve(), true);
    });
    const Original = AudioContext;
    globalThis.AudioContext = class extends Original {
      constructor(options?: AudioContextOptions) {
        super(options);
        bell.contexts.push(this);
        if (held) void this.suspend();
      }

      async resume(): Promise<void> {
        await touched;
        await super.resume();
      }
    };
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (when?: number) {
      bell.strikes += 1;
      start.call(this, when);
    };
  }, held);
}

function bellOf(page: Page): Promise<{ strikes: number; sounds: boolean }> {
  return page.evaluate(() => {
    const { bell } = globalThis as unknown as { bell: Bell };
    return { strikes: bell.strikes, sounds: bell.contexts.some(({ state }) => state === 'running') };
  });
}

/** It rings, from now on. */
export async function expectBell(page: Page): Promise<void> {
  const before = (await bellOf(page)).strikes;
  await expect
    .poll(
      async () => {
        const { strikes, sounds } = await bellOf(page);
        return sounds && strikes > before;
      },
      { message: 'rings' },
    )
    .toBe(true);
}

/** Longer than from one ring to the next. */
const SILENCE_MS = [3_000];

export async function expectNoBell(page: Page): Promise<void> {
  let before = -1;
  await expect
    .poll(
      async () => {
        const { strikes, sounds } = await bellOf(page);
        const struck = strikes !== before;
        before = strikes;
        return sounds || struck;
      },
      { intervals: SILENCE_MS, message: 'rings no more' },
    )
    .toBe(false);
}
