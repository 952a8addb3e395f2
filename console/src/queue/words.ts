/** The words of a queue's page. Times are the visitor's, in the visitor's zone. */
import type { CallResult } from '../gql/graphql';

export function placeWords(place: number | null): string {
  if (place === null) return 'You are in line';
  return place === 1 ? 'You are next' : `You are at place ${place}`;
}

/** As exact as it can be meant: an estimate is no clock. */
export function waitWords(seconds: number | null): string | null {
  if (seconds === null) return null;
  const minutes = Math.round(seconds / 60);
  if (seconds < 50) return 'less than a minute to wait';
  if (minutes <= 1) return 'about a minute to wait';
  if (minutes <= 10) return `about ${minutes} minutes to wait`;
  if (minutes <= 55) return `about ${Math.round(minutes / 5) * 5} minutes to wait`;
  if (minutes <= 80) return 'about an hour to wait';
  return 'more than an hour to wait';
}

export const NOBODY = 'Nobody is there to answer right now';

/** What one can do who waits where nobody is: the ways that the queue offers, or to stay. */
export function nobodyWords(callback: boolean, message: boolean): string {
  const ways = [callback && 'ask to be called back', message && 'leave a message'].filter(Boolean).join(' or ');
  return `${NOBODY}. ${ways === '' ? 'Stay' : `You can ${ways}, or stay`} on the line: you are put through as soon as somebody comes.`;
}

/** The same while the queue is closed, which it was not when the contact came. */
export function closedWords(callback: boolean, message: boolean): string {
  const ways = [callback && 'ask to be called back once it is open', message && 'leave a message'].filter(Boolean).join(' or ');
  return `You are still in line: whoever is still there may take your call.${ways === '' ? '' : ` You can also ${ways}.`}`;
}

/** "Opens today at 14:00 GMT+1". The zone is named, since the queue may be in another one. */
export function opensWords(opensAt: Date, now: Date, zone?: string): string {
  const base = zone === undefined ? {} : { timeZone: zone };
  // By the calendar: a day on which the clocks change has another number of hours.
  const day = (date: Date) => Date.parse(new Intl.DateTimeFormat('en-CA', base).format(date)) / 86_400_000;
  const ahead = Math.round(day(opensAt) - day(now));
  const time = new Intl.DateTimeFormat(undefined, { ...base, hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }).format(opensAt);
  if (ahead === 0) return `Opens today at ${time}`;
  if (ahead === 1) return `Opens tomorrow at ${time}`;
  const date = new Intl.DateTimeFormat(undefined, { ...base, weekday: 'long', ...(ahead < 7 ? {} : { day: 'numeric', month: 'long' }) }).format(opensAt);
  return `Opens ${date} at ${time}`;
}

/** What a screen reader says while a message is left. */
export function messageWords(recording: boolean): string {
  return recording ? 'Recording. Speak now.' : 'Listen to the greeting and speak after the beep.';
}

/** Why a call ended, told to the contact. The platform tells it to everybody, with or without a full stop. */
export function endWords(reason: string): string {
  const mine = reason.replace(/^The contact is /, 'You are ').replace(/^The contact's /, 'Your ').replace(/^The contact /, 'You ');
  return /[.!?]$/.test(mine) ? mine : `${mine}.`;
}

/** What stands above that. `closed`: the name of the queue, where it has closed before anybody could answer. */
export function endTitle(result: CallResult | null, closed: string | null): string {
  switch (result) {
    case 'CALLBACK':
      return 'We will call you back';
    case 'MISSED':
      return closed === null ? 'Sorry, nobody could answer' : `Sorry, ${closed} has closed`;
    case 'FAILED':
      return 'The call broke off';
    default:
      return 'The call is over';
  }
}

/** Like a sentence. */
export function capital(words: string): string {
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}
