import type { CallIntervalKind } from '../gql/graphql';

export interface Interval {
  kind: CallIntervalKind;
  startedAt: string;
  endedAt?: string | null;
}

export interface Stretch {
  kind: CallIntervalKind;
  words: string;
  seconds: number;
  /** Of the whole, in percent. */
  share: number;
  open: boolean;
}

const WORDS: Record<CallIntervalKind, string> = {
  SETUP: 'Set-up',
  WAIT: 'Wait',
  RING: 'Ring',
  CONNECT: 'Connecting',
  TALK: 'Talk',
  HOLD: 'Hold',
  VOICEMAIL: 'Message',
  WRAP_UP: 'Wrap-up',
};

/** Stretches in the order of time; one that is still open lasts until now. */
export function stretches(intervals: readonly Interval[], now: Date): Stretch[] {
  const measured = intervals.map((interval) => {
    const end = interval.endedAt ? Date.parse(interval.endedAt) : now.getTime();
    return { interval, seconds: Math.max(0, (end - Date.parse(interval.startedAt)) / 1000) };
  });
  const whole = measured.reduce((sum, { seconds }) => sum + seconds, 0);
  return measured.map(({ interval, seconds }) => ({
    kind: interval.kind,
    words: WORDS[interval.kind],
    seconds,
    share: whole > 0 ? (100 * seconds) / whole : 100 / measured.length,
    open: !interval.endedAt,
  }));
}
