import { describe, expect, it } from 'vitest';
import type { QueueFieldsFragment } from '../gql/graphql';
import { isSame, keyOf, toForm, toInput, validate } from './queue-form';

const queue: QueueFieldsFragment = {
  id: 'queue_1',
  version: 7,
  name: 'Support',
  key: 'support',
  strategy: 'LONGEST_IDLE',
  serviceLevel: { percent: 80, seconds: 20 },
  shortAbandonSeconds: 5,
  wrapUpSeconds: 30,
  wrapUpRequired: false,
  defaultOutcome: null,
  offerSeconds: 20,
  missedLimit: 1,
  maxWaitSeconds: 600,
  maxLength: 50,
  requiredSkills: [{ skill: 'german', level: 4 }],
  relaxSeconds: null,
  lastAgentSeconds: 0,
  priority: 0,
  hours: { timeZone: 'Europe/Berlin', alwaysOpen: false, weekly: [{ day: 'MONDAY', from: '09:00', to: '17:00' }], holidays: [] },
  open: true,
  closedMessage: null,
  overflow: { kind: 'END', queue: null },
  callback: true,
  voicemail: false,
  voicemailGreeting: null,
  script: null,
  holdMusic: null,
  announcement: null,
  announcementSeconds: 60,
  media: ['AUDIO'],
  archivedAt: null,
  publicUrl: 'https://example.com/q/support',
};

const begun = { queueId: 'queue_1', version: 7 };

describe('the form of a queue', () => {
  it('sends nothing where nothing was changed', () => {
    expect(toInput(begun, toForm(queue), toForm(queue))).toEqual(begun);
    expect(validate(toForm(queue))).toEqual({});
  });

  it('sends what was changed alone, so that two administrators keep what each of them set', () => {
    const form = toForm(queue);
    const one = toInput(begun, form, { ...form, name: ' Help ', offerSeconds: '30' });
    const other = toInput(begun, form, { ...form, wrapUpSeconds: 60, closedMessage: 'We are back tomorrow.' });
    expect(one).toEqual({ ...begun, name: 'Help', offerSeconds: 30 });
    expect(other).toEqual({ ...begun, wrapUpSeconds: 60, closedMessage: 'We are back tomorrow.' });
  });

  it('takes a queue that was archived meanwhile for the one that it began from', () => {
    expect(isSame(toForm(queue), toForm({ ...queue, version: 8, archivedAt: '2027-01-01T00:00:00Z' }))).toBe(true);
    expect(isSame(toForm(queue), toForm({ ...queue, version: 8, missedLimit: 2 }))).toBe(false);
  });

  it('sends what was taken away', () => {
    const form = toForm({ ...queue, relaxSeconds: 30, script: 'Good day', defaultOutcome: { id: 'outcome_1', name: 'Sold', archivedAt: null } });
    const bare = { ...form, relaxes: false, script: ' ', defaultOutcomeId: null, requiredSkills: [] };
    expect(toInput(begun, form, bare)).toEqual({ ...begun, relaxSeconds: null, script: null, defaultOutcomeId: null, requiredSkills: [] });
  });

  it('sends as one what belongs together', () => {
    const form = toForm(queue);
    const holidays = [{ date: '2027-01-01', name: 'New Year' }];
    expect(toInput(begun, form, { ...form, holidays, overflow: 'QUEUE', overflowQueueId: 'queue_2', video: true, seconds: 30 })).toEqual({
      ...begun,
      hours: { ...queue.hours, holidays },
      overflow: { kind: 'QUEUE', queueId: 'queue_2' },
      media: ['AUDIO', 'VIDEO'],
      serviceLevel: { percent: 80, seconds: 30 },
    });
  });

  it('closes a queue without any hours, and opens it always only where that is chosen', () => {
    const form = toForm(queue);
    const sent = (hours: Partial<typeof form>) => toInput(begun, form, { ...form, ...hours }).hours;
    expect(sent({ weekly: [] })).toEqual({ ...queue.hours, weekly: [] });
    expect(sent({ alwaysOpen: true })).toEqual({ ...queue.hours, alwaysOpen: true, weekly: [] });
    // What is not in force is no mistake.
    expect(validate({ ...form, alwaysOpen: true, weekly: [{ day: 'MONDAY', from: '17', to: '9' }] })).toEqual({});
  });

  it('says what is missing before it is sent', () => {
    const form = { ...toForm(queue), name: ' ', offerSeconds: '', overflow: 'QUEUE' as const, holidays: [{ date: '', name: 'X' }] };
    expect(Object.keys(validate(form)).sort()).toEqual(['holidays', 'name', 'offerSeconds', 'overflowQueueId']);
  });

  it('takes no messages where none are wanted', () => {
    const form = { ...toForm(queue), overflow: 'VOICEMAIL' as const };
    expect(Object.keys(validate(form))).toEqual(['overflow']);
    expect(validate({ ...form, voicemail: true })).toEqual({});
  });

  it('names the day whose hours are wrong', () => {
    const form = { ...toForm(queue), weekly: [{ day: 'FRIDAY' as const, from: '9', to: '17:00' }] };
    expect(validate(form).weekly).toMatch(/^Friday: /);
  });

  it('makes a key of a name', () => {
    expect([keyOf('Support & Sales'), keyOf('Bücher 24/7'), keyOf('—')]).toEqual(['support-sales', 'bucher-24-7', '']);
  });
});
