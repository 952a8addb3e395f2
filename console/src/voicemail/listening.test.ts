import { expect, it } from 'vitest';
import { sounded, withOpen } from './listening';

it('takes a message for heard once something of it sounded', () => {
  expect(sounded({ currentTime: 0, paused: false, ended: false })).toBe(false);
  expect(sounded({ currentTime: 0.2, paused: false, ended: false })).toBe(true);
  // A press on the waveform moves, and plays nothing.
  expect(sounded({ currentTime: 7, paused: true, ended: false })).toBe(false);
  // So short that it is over at the first look.
  expect(sounded({ currentTime: 0.1, paused: true, ended: true })).toBe(true);
});

it('leaves what is being listened to in its place among those not heard', () => {
  const [a, b, c] = [{ id: 'a' }, { id: 'b' }, { id: 'c' }] as const;
  expect(withOpen([a, c], [a, b, c], 'b')).toEqual([a, b, c]);
  expect(withOpen([], [a, b], 'b')).toEqual([b]);
  expect(withOpen([a, c], [a, b, c], undefined)).toEqual([a, c]);
  expect(withOpen([a, c], [a, c], 'b')).toEqual([a, c]);
  expect(withOpen([c, b, a], [a, b, c], 'b')).toEqual([c, b, a]);
});
