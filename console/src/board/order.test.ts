import { expect, it } from 'vitest';
import { inOrder } from './order';

it('puts who has a call in hand first, and among those whoever has had it longest', () => {
  const agents = [
    { id: 'a', activity: 'OFFLINE', since: '2026-01-01T10:00:00Z' },
    { id: 'b', activity: 'ON_CALL', since: '2026-01-01T12:00:00Z' },
    { id: 'c', activity: 'ON_CALL', since: '2026-01-01T11:00:00Z' },
    { id: 'd', activity: 'RINGING', since: '2026-01-01T13:00:00Z' },
  ] as const;
  expect(inOrder(agents).map(({ id }) => id)).toEqual(['d', 'c', 'b', 'a']);
});
