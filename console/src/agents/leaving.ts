import { isBusy, type Standing } from './words';

/** What signing out has to wait for: a call in this tab or another, or the wrap-up after it. */
export type Duty = 'call' | 'wrap-up';

/** `inCall`: this tab carries a call that isn't over. Whatever another tab carries shows in the standing. */
export function dutyOf(inCall: boolean, standing: Standing | null): Duty | null {
  if (inCall || standing?.activity === 'ON_CALL') return 'call';
  return standing?.activity === 'WRAP_UP' ? 'wrap-up' : null;
}

/**
 * Somebody asked to be signed out as soon as they are free, and OFFLINE is what they become then. `drop`: they have
 * chosen to be something else meanwhile, and stay.
 */
export function whenFree(inCall: boolean, standing: Standing | null): 'wait' | 'sign-out' | 'drop' {
  if (dutyOf(inCall, standing) !== null || (standing !== null && isBusy(standing))) return 'wait';
  return standing === null || standing.status === 'OFFLINE' ? 'sign-out' : 'drop';
}
