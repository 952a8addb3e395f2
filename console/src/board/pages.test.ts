import { expect, it } from 'vitest';
import { pageStarts } from './pages';

const edges = (count: number) => Array.from({ length: count }, (_, index) => ({ cursor: `c${index + 1}` }));

it('reads again as many pages as are shown', () => {
  expect(pageStarts(edges(0))).toEqual([null]);
  expect(pageStarts(edges(100))).toEqual([null]);
  expect(pageStarts(edges(101))).toEqual([null, 'c100']);
  expect(pageStarts(edges(250))).toEqual([null, 'c100', 'c200']);
});
