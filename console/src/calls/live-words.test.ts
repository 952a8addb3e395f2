import { expect, it } from 'vitest';
import { barWords } from './live-words';

it('a lost connection is said before what ails a device', () => {
  const fault = { kind: 'video', reason: 'missing' } as const;
  expect(barWords({ phase: 'connected', legId: null }, fault, null)).toContain('No camera was found');
  expect(barWords({ phase: 'reconnecting', legId: null }, fault, null)).toBe('Connection lost, reconnecting');
  expect(barWords({ phase: 'connecting', legId: null }, null, null)).toBe('Connecting');
});
