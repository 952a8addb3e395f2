import { describe, expect, it } from 'vitest';
import { type Draft, tomorrowMorning, wrapUpInput } from './draft';

const subject = { callId: 'call_1', contactId: 'contact_1' };
const draft: Draft = { outcomeId: null, tags: [], taskTitle: '', taskDue: '' };

describe('what a wrap-up sends', () => {
  it('keeps what was chosen before it is done, and makes no task yet', () => {
    const chosen = { ...draft, outcomeId: 'outcome_1', tags: ['vip'], taskTitle: 'Call again' };
    expect(wrapUpInput(chosen, subject, false)).toEqual({ callId: 'call_1', outcomeId: 'outcome_1', tags: ['vip'] });
  });

  it('makes the follow-up about the contact and the call when it is done', () => {
    const due = tomorrowMorning(new Date(2026, 11, 31, 18));
    expect(due).toBe('2027-01-01T09:00');
    const sent = wrapUpInput({ ...draft, taskTitle: ' Call again ', taskDue: due }, subject, true);
    expect(sent).toEqual({
      callId: 'call_1',
      tags: [],
      done: true,
      followUp: {
        title: 'Call again',
        callId: 'call_1',
        contactId: 'contact_1',
        dueAt: new Date(2027, 0, 1, 9).toISOString(),
      },
    });
  });

  it('leaves a date out that nobody chose', () => {
    expect(wrapUpInput({ ...draft, taskTitle: 'Some day' }, subject, true).followUp).not.toHaveProperty('dueAt');
  });
});
