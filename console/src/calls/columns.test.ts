import { expect, it } from 'vitest';
import { columns } from './columns';

it('tiles of up to 16 make a grid that is no longer than it is wide, or on a phone hardly', () => {
  for (let count = 1; count <= 16; count += 1) {
    const { wide, tall } = columns(count);
    expect(Math.ceil(count / wide)).toBeLessThanOrEqual(Math.max(wide, 1));
    expect(Math.ceil(count / tall)).toBeLessThanOrEqual(6);
  }
  expect([1, 2, 3, 16].map(columns)).toEqual([
    { wide: 1, tall: 1 },
    { wide: 2, tall: 1 },
    { wide: 2, tall: 2 },
    { wide: 4, tall: 3 },
  ]);
});
