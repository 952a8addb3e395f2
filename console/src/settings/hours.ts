import type { Weekday } from '../gql/graphql';

export interface OpenInterval {
  day: Weekday;
  /** `09:00`. */
  from: string;
  /** `17:30`; `24:00` is the end of the day. */
  to: string;
}

export const DAYS: readonly Weekday[] = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];

export function dayName(day: Weekday): string {
  return day.charAt(0) + day.slice(1).toLowerCase();
}

/** Minutes since midnight, or null for what is no time. */
export function minutes(time: string): number | null {
  const match = /^(\d{1,2}):(\d{2})$/.exec(time);
  const value = match ? Number(match[1]) * 60 + Number(match[2]) : NaN;
  return value >= 0 && value <= 1440 && Number(match?.[2]) < 60 ? value : null;
}

/** What is wrong with the hours of a day, in words; null when nothing is. */
export function faultOf(intervals: readonly OpenInterval[]): string | null {
  const spans: [number, number][] = [];
  for (const { from, to } of intervals) {
    const start = minutes(from);
    const end = minutes(to);
    if (start === null || end === null) return 'Write times as 09:00, and the end of the day as 24:00.';
    if (start >= end) return `${from} to ${to} is no stretch of a day: for a night, end at 24:00 and go on the day after from 00:00.`;
    spans.push([start, end]);
  }
  spans.sort(([one], [other]) => one - other);
  const overlaps = spans.some(([start], index) => index > 0 && start < (spans[index - 1]?.[1] ?? 0));
  return overlaps ? 'Two stretches overlap.' : null;
}

/** The next stretch that one likely wants on a day: the usual hours, or an afternoon behind the morning. */
export function another(day: Weekday, intervals: readonly OpenInterval[]): OpenInterval {
  const last = Math.max(0, ...intervals.map(({ to }) => minutes(to) ?? 0));
  if (intervals.length === 0) return { day, from: '09:00', to: '17:00' };
  const from = Math.min(last + 60, 1380);
  return { day, from: clockOf(from), to: clockOf(Math.min(from + 240, 1440)) };
}

function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** The same hours from Monday to Friday. */
export function workingWeek(): OpenInterval[] {
  return DAYS.slice(0, 5).map((day) => ({ day, from: '09:00', to: '17:00' }));
}
