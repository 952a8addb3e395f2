import { describe, expect, it } from 'vitest';
import { activityOf, isBusy, nextWords, statusWords } from './words';

describe('what is said of an agent', () => {
  it('names the reason of being away, also the platform’s own', () => {
    expect(activityOf({ status: 'AWAY', activity: 'AWAY', reason: 'Lunch' })).toEqual({ words: 'Away: Lunch', tone: 'wait' });
    expect(activityOf({ status: 'AWAY', activity: 'AWAY', reason: 'missed' }).words).toBe('Away: missed a call');
    expect(activityOf({ status: 'AWAY', activity: 'AWAY', reason: null }).words).toBe('Away');
  });

  it('tells what is true rather than what was chosen', () => {
    expect(activityOf({ status: 'AVAILABLE', activity: 'OFFLINE' }).words).toBe('Offline');
    expect(activityOf({ status: 'AWAY', activity: 'ON_CALL', reason: 'Lunch' }).words).toBe('On call');
  });

  it('says what comes next while busy, and only then', () => {
    const next = { status: 'AVAILABLE', nextStatus: 'AWAY', nextReason: 'Lunch' } as const;
    expect(nextWords({ ...next, activity: 'ON_CALL' })).toBe('then away: Lunch');
    expect(nextWords({ ...next, activity: 'AVAILABLE' })).toBeNull();
    expect(nextWords({ status: 'AVAILABLE', activity: 'WRAP_UP' })).toBeNull();
  });

  it('knows who is busy: whoever rings goes away at once', () => {
    const activities = ['OFFLINE', 'AVAILABLE', 'AWAY', 'RINGING', 'ON_CALL', 'WRAP_UP'] as const;
    expect(activities.filter((activity) => isBusy({ activity }))).toEqual(['ON_CALL', 'WRAP_UP']);
  });

  it('leaves a reason out where it means nothing', () => {
    expect(statusWords('OFFLINE', 'Lunch')).toBe('Offline');
  });
});
