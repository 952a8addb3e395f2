import { expect, it } from 'vitest';
import { queueWords } from './queue-words';

it('says of a queue whether one gets through', () => {
  expect(queueWords(true, { waiting: 0, available: 2 })).toBe('2 free');
  expect(queueWords(true, { waiting: 3, available: 0 })).toBe('3 waiting, nobody free');
  expect(queueWords(false, { waiting: 0, available: 2 })).toBe('Closed');
});
