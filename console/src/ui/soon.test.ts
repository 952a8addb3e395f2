import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { soon } from './soon';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('works once for many events, and no more often than the pause', () => {
  const work = vi.fn();
  const begin = soon(work, 5_000);
  // A busy hour: ten events a second for a minute.
  for (let event = 0; event < 600; event += 1) {
    begin();
    vi.advanceTimersByTime(100);
  }
  expect(work.mock.calls.length).toBeLessThanOrEqual(12);
  expect(work.mock.calls.length).toBeGreaterThanOrEqual(11);
});

it('does not miss the last event', () => {
  const work = vi.fn();
  const begin = soon(work, 5_000);
  begin();
  vi.advanceTimersByTime(5_000);
  begin();
  vi.advanceTimersByTime(4_999);
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  expect(work).toHaveBeenCalledTimes(2);
});

it('ends when nobody wants it any more', () => {
  const work = vi.fn();
  const begin = soon(work, 5_000);
  begin();
  begin.stop();
  vi.advanceTimersByTime(10_000);
  expect(work).not.toHaveBeenCalled();
});
