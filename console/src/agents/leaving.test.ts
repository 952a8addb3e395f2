import { describe, expect, it } from 'vitest';
import { dutyOf, whenFree } from './leaving';
import type { Standing } from './words';

const standing = (activity: Standing['activity'], change: Partial<Standing> = {}): Standing => ({
  status: 'AVAILABLE',
  activity,
  ...change,
});

describe('what keeps somebody from signing out', () => {
  it('is a call in this tab, or in another one', () => {
    expect(dutyOf(true, standing('AVAILABLE'))).toBe('call');
    expect(dutyOf(true, null)).toBe('call');
    expect(dutyOf(false, standing('ON_CALL'))).toBe('call');
  });

  it('is the wrap-up after it', () => expect(dutyOf(false, standing('WRAP_UP'))).toBe('wrap-up'));

  it('is nothing else: an offer rings on for somebody else', () => {
    expect(dutyOf(false, standing('RINGING'))).toBeNull();
    expect(dutyOf(false, standing('AWAY'))).toBeNull();
    expect(dutyOf(false, null)).toBeNull();
  });
});

describe('whoever signs out when the call ends', () => {
  const next = { nextStatus: 'OFFLINE' } as const;

  it('stays for the call and its wrap-up, and goes after them', () => {
    expect(whenFree(true, standing('ON_CALL', next))).toBe('wait');
    // The call has ended here; the platform hasn't told of the wrap-up yet.
    expect(whenFree(false, standing('ON_CALL', next))).toBe('wait');
    expect(whenFree(false, standing('WRAP_UP', next))).toBe('wait');
    expect(whenFree(false, standing('OFFLINE', { status: 'OFFLINE' }))).toBe('sign-out');
  });

  it('stays who has chosen otherwise meanwhile', () => {
    expect(whenFree(false, standing('AVAILABLE'))).toBe('drop');
    expect(whenFree(false, standing('AWAY', { status: 'AWAY' }))).toBe('drop');
  });

  it('goes with the call’s end where there is no agent behind the person', () => {
    expect(whenFree(true, null)).toBe('wait');
    expect(whenFree(false, null)).toBe('sign-out');
  });
});
