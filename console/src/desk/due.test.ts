import { expect, it } from 'vitest';
import { dueToday } from './due';

it('shows what is late, then what is due today, then what has no date, and nothing of tomorrow', () => {
  const now = new Date(2026, 2, 5, 12);
  const at = (day: number, hour: number) => new Date(2026, 2, day, hour).toISOString();
  const tasks = [{ dueAt: at(6, 9) }, { dueAt: null }, { dueAt: at(5, 17) }, { dueAt: at(2, 9) }, {}];
  expect(dueToday(tasks, now)).toEqual([{ dueAt: at(2, 9) }, { dueAt: at(5, 17) }, { dueAt: null }, {}]);
});
