import { expect, it } from 'vitest';
import { tomorrowMorning, wrapUpInput } from './draft';

it('sends what was chosen before it is done, and no more than that', () => {
  expect(wrapUpInput({ outcomeId: 'outcome_1', tags: ['vip'] }, 'call_1', false)).toEqual({ callId: 'call_1', outcomeId: 'outcome_1', tags: ['vip'] });
  expect(wrapUpInput({ outcomeId: null, tags: [] }, 'call_1', true)).toEqual({ callId: 'call_1', tags: [], done: true });
});

it('knows tomorrow at the end of a year', () => {
  expect(tomorrowMorning(new Date(2026, 11, 31, 18))).toBe('2027-01-01T09:00');
});
