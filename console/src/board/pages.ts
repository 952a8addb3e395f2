/** So many agents are read at once; the platform gives no more. */
export const PAGE = 100;

/** Behind which cursors the pages of a list begin, so that all of it can be read again; null for the first. */
export function pageStarts(edges: readonly { cursor: string }[]): (string | null)[] {
  const behind = edges.filter((_, index) => (index + 1) % PAGE === 0 && index + 1 < edges.length);
  return [null, ...behind.map(({ cursor }) => cursor)];
}
