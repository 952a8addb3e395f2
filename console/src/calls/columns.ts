import type { CSSProperties } from 'react';

/** Columns of a grid of so many tiles, where the stage is wide and where it is tall. */
export function columns(count: number): { wide: number; tall: number } {
  const wide = count <= 1 ? 1 : count <= 4 ? 2 : count <= 9 ? 3 : 4;
  const tall = count <= 2 ? 1 : count <= 8 ? 2 : 3;
  return { wide, tall };
}

export function columnsFor(count: number): CSSProperties {
  const { wide, tall } = columns(count);
  return { '--wide': wide, '--tall': tall } as CSSProperties;
}
