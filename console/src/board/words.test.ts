import { expect, it } from 'vitest';
import { waitWords } from './words';

it('tells those who are called back from those who wait on the line', () => {
  expect(waitWords({ callbacks: 0 })).toBe('waiting');
  expect(waitWords({ callbacks: 2 })).toBe('waiting, 2 to call back');
});
