import { expect, it } from 'vitest';
import { endOfDay } from './due';

it('ends a day at the midnight after it, by the reader’s own clock', () => {
  expect(endOfDay(new Date(2026, 2, 5, 0, 0))).toEqual(new Date(2026, 2, 6));
  expect(endOfDay(new Date(2026, 11, 31, 23, 59))).toEqual(new Date(2027, 0, 1));
});
