import type { Visit } from './messages';

/** What the button says while something goes on; null: its own label. */
export function buttonWords({ state, place }: Visit): string | null {
  switch (state) {
    case 'waiting':
      return place === null ? 'In line' : `In line, place ${place}`;
    case 'callback':
      return place === null ? 'We will call you' : `Call-back, place ${place}`;
    case 'ringing':
      return 'We are calling you';
    case 'talking':
      return 'In a call';
    default:
      return null;
  }
}

export function closingQuestion({ state }: Visit): string {
  switch (state) {
    case 'talking':
      return 'You are in a call. End it?';
    case 'ringing':
      return 'Somebody is waiting to talk to you. Leave?';
    default:
      return 'You would lose your place in line. Leave?';
  }
}
