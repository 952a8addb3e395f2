import type { Visit } from './messages';

/** What the button says while something goes on; null: its own label. The place stands beside it. */
export function buttonWords({ state }: Visit): string | null {
  switch (state) {
    case 'waiting':
      return 'In line';
    case 'callback':
      return 'We will call you';
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
