import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { holdFocus, isLookedAt } from './focus';

/** The locks that the tabs of a browser share. */
const held = new Set<Promise<unknown>>();
let focused = false;
const page = new EventTarget();

beforeEach(() => {
  const request = async (_name: string, _options: object, work: () => Promise<void>) => {
    const done = work();
    held.add(done);
    await done;
    held.delete(done);
  };
  const query = async () => ({ held: [...held].map(() => ({ name: 'cordboard-focus' })) });
  vi.stubGlobal('navigator', { locks: { request, query } });
  vi.stubGlobal('document', { hasFocus: () => focused });
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
});
afterEach(() => vi.unstubAllGlobals());

function become(now: boolean): void {
  focused = now;
  page.dispatchEvent(new Event(now ? 'focus' : 'blur'));
}

it('is known to the other tabs for as long as one has it', async () => {
  const leave = holdFocus();
  expect(await isLookedAt()).toBe(false);
  become(true);
  // As a neighbour sees it, which has none itself.
  focused = false;
  expect(await isLookedAt()).toBe(true);
  become(false);
  await expect.poll(isLookedAt).toBe(false);
  become(true);
  leave();
  focused = false;
  await expect.poll(isLookedAt).toBe(false);
});
