import { expect, it } from 'vitest';
import { badgeWords, heardWords, leftWords } from './words';

it('says who heard a message', () => {
  expect(heardWords({ heardAt: null })).toBe('Not heard yet');
  expect(heardWords({ heardAt: '2026-01-01T10:00:00Z', heardBy: { name: 'Alex Agent' } })).toBe('Heard by Alex Agent');
  expect(heardWords({ heardAt: '2026-01-01T10:00:00Z', heardBy: null })).toBe('Heard');
});

it('says for whom it was left', () => {
  expect(leftWords({ queue: { name: 'Support' }, durationSeconds: 75 })).toBe('For Support · 1 min 15 s');
  expect(leftWords({ agent: { user: { name: 'Robin' } }, queue: { name: 'Support' }, durationSeconds: 4 })).toBe('For Robin · 4 s');
});

it('counts to a hundred', () => {
  expect(badgeWords(0)).toBeNull();
  expect(badgeWords(99)).toBe('99');
  expect(badgeWords(100)).toBe('99+');
});
