import { describe, expect, it } from 'vitest';
import type { QueueFieldsFragment } from '../gql/graphql';
import { keyOf, toForm, toInput, validate } from './queue-form';

const queue: QueueFieldsFragment = {
  id: 'queue_1',
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
  hours: { timeZone: 'Europe/Berlin', weekly: [{ day: 'MONDAY', from: '09:00', to: '17:00' }], holidays: [] },
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

describe('the form of a queue', () => {
  it('sends back what it was given', () => {
    expect(toInput('queue_1', toForm(queue))).toMatchObject({
      queueId: 'queue_1',
      media: ['AUDIO'],
      relaxSeconds: null,
      requiredSkills: [{ skill: 'german', level: 4 }],
      overflow: { kind: 'END' },
      closedMessage: null,
      hours: queue.hours,
    });
    expect(validate(toForm(queue))).toEqual({});
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
