import { describe, expect, it } from 'vitest';
import { about, bytes, clock, initials, spell, when } from './format';

describe('what numbers look like', () => {
  it('shows a duration as a clock', () => {
    expect([0, 9, 65, 3725, -3].map(clock)).toEqual(['0:00', '0:09', '1:05', '1:02:05', '0:00']);
  });

  it('gives a duration in one number where there is no room', () => {
    expect([0, 99, 100, 605, 5_939, 6_000, 86_400].map(about)).toEqual(['0 s', '99 s', '2 min', '10 min', '99 min', '2 h', '24 h']);
  });

  it('spells a duration out for sentences', () => {
    expect([0, 59.6, 65, 3600, 7325].map(spell)).toEqual(['0 s', '1 min', '1 min 5 s', '1 h', '2 h 2 min']);
  });

  it('counts bytes in thousands', () => {
    expect([999, 1500, 123_456_789].map(bytes)).toEqual(['999 B', '1.5 kB', '123 MB']);
  });
});

describe('initials', () => {
  it('takes the first and the last word', () => {
    expect(initials('Ada King Lovelace')).toBe('AL');
  });

  it('keeps a whole emoji and other scripts', () => {
    expect([initials('👩‍🚀 Kim'), initials('فاطمة الزهراء'), initials('  ')]).toEqual(['👩‍🚀K', 'فا', '?']);
  });
});

describe('when', () => {
  const now = new Date(2026, 2, 5, 12);
  const before = (seconds: number) => when(new Date(now.getTime() - seconds * 1000), now);

  it('speaks of near times in words', () => {
    expect([before(10), before(300), before(-300)]).toEqual(['just now', '5 minutes ago', 'in 5 minutes']);
  });

  it('gives far times a date', () => {
    expect(before(40 * 86_400)).toMatch(/24/);
  });
});
