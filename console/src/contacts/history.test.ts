import { describe, expect, it } from 'vitest';
import { cameOf, detailOf, placedBefore } from './history';

describe('a call that is over', () => {
  it('came to what the agent said, else to how it ended', () => {
    expect(cameOf({ outcomeName: 'Sold', result: 'COMPLETED' })).toBe('Sold');
    expect(cameOf({ outcomeName: null, result: 'MISSED' })).toBe('Not answered');
  });

  it('says who had it, for which queue and how long; what is missing is left out', () => {
    expect(detailOf({ agentName: 'Robin Agent', queueName: 'Support', talkSeconds: 65.4 })).toBe('Robin Agent · Support · 1:05');
    expect(detailOf({ agentName: null, queueName: 'Support', talkSeconds: 0 })).toBe('Support');
    expect(detailOf({ agentName: null, queueName: null, talkSeconds: 0.4 })).toBe('');
  });

  it('is earlier than a call that was placed after it, and not than itself', () => {
    const calls = ['2026-03-02T09:00:00.123456Z', '2026-03-01T09:00:00.5Z'].map((at) => ({ at }));
    expect(placedBefore(calls, '2026-03-02T09:00:00.123456Z')).toEqual([calls[1]]);
    expect(placedBefore(calls)).toEqual(calls);
  });
});
