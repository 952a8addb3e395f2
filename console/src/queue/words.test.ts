import { describe, expect, it } from 'vitest';
import { closedWords, endTitle, endWords, nobodyWords, opensWords, placeWords, waitWords } from './words';

describe('the wait in words', () => {
  it.each([
    [0, 'less than a minute to wait'],
    [49, 'less than a minute to wait'],
    [70, 'about a minute to wait'],
    [130, 'about 2 minutes to wait'],
    [13 * 60, 'about 15 minutes to wait'],
    [58 * 60, 'about an hour to wait'],
    [3 * 3600, 'more than an hour to wait'],
  ])('%d s', (seconds, words) => expect(waitWords(seconds)).toBe(words));

  it('is nothing where nobody knows', () => expect(waitWords(null)).toBeNull());

  it('points at what else there is where nobody is', () => {
    expect(nobodyWords(true, true)).toContain('right now. You can ask to be called back or leave a message, or stay on the line');
    expect(nobodyWords(false, true)).toContain('You can leave a message, or stay');
    expect(nobodyWords(false, false)).toContain('right now. Stay on the line');
  });

  it('says to whom the queue closed what there is still', () => {
    expect(closedWords(true, true)).toContain('may take your call. You can also ask to be called back once it is open or leave a message.');
    expect(closedWords(false, false)).toMatch(/may take your call\.$/);
  });

  it('calls the first one next', () => {
    expect([null, 1, 2].map(placeWords)).toEqual(['You are in line', 'You are next', 'You are at place 2']);
  });
});

describe('why it ended', () => {
  it.each([
    ['The contact hung up while waiting.', 'You hung up while waiting.'],
    ["The contact's connection was lost.", 'Your connection was lost.'],
    ["The contact's connection was lost while waiting.", 'Your connection was lost while waiting.'],
    ['The contact is called back.', 'You are called back.'],
    ['The agent hung up.', 'The agent hung up.'],
    ['You hung up', 'You hung up.'],
  ])('%s', (reason, words) => expect(endWords(reason)).toBe(words));
});

describe('the end', () => {
  it('of one whom nobody answered says when the queue has closed meanwhile', () => {
    expect(endTitle('MISSED', null)).toBe('Sorry, nobody could answer');
    expect(endTitle('MISSED', 'Support')).toBe('Sorry, Support has closed');
    expect(endTitle('FAILED', null)).toBe('The call broke off');
  });
});

describe('when a queue opens', () => {
  const now = new Date('2026-11-20T18:00:00Z');
  it.each([
    ['2026-11-20T19:30:00Z', 'UTC', /^Opens today at .*30/],
    ['2026-11-21T08:00:00Z', 'UTC', /^Opens tomorrow at/],
    ['2026-11-23T08:00:00Z', 'UTC', /^Opens Monday at/],
    ['2026-12-01T08:00:00Z', 'UTC', /^Opens Tuesday.*1.* at/],
    // The same instant is another day for somebody farther east.
    ['2026-11-20T19:30:00Z', 'Asia/Tokyo', /^Opens today at/],
    ['2026-11-20T14:30:00Z', 'America/Los_Angeles', /UTC|GMT|P.T/],
  ])('%s in %s', (opensAt, zone, words) => expect(opensWords(new Date(opensAt), now, zone)).toMatch(words));

  it('goes by the calendar where a day has twenty-three hours', () => {
    const night = new Date('2026-03-28T22:30:00Z');
    const words = (opensAt: string) => opensWords(new Date(opensAt), night, 'Europe/Berlin');
    expect(words('2026-03-29T07:00:00Z')).toMatch(/^Opens tomorrow at/);
    expect(words('2026-03-30T07:00:00Z')).toMatch(/^Opens Monday at/);
  });
});
