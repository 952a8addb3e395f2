import { notifications } from '@mantine/notifications';
import { isAwayForMissing } from '../agents/words';
import { otherSide } from '../calls/words';
import type { Notice } from './inbox';

/** Why a card has gone. */
export function noticeOf({ offer, kind, words }: Notice): { title: string; message: string; color: string } {
  const name = otherSide(offer.call);
  // Not out of a queue: somebody asked this very person.
  const direct = offer.purpose !== 'QUEUE';
  const told = `${offer.askedBy?.user.name ?? 'The colleague'} was told.`;
  switch (kind) {
    case 'gone':
      return { title: `${name} rings no more`, message: words ?? (direct ? 'It was taken back.' : 'A colleague took the call, or the caller hung up.'), color: 'gray' };
    case 'missed': {
      // That nobody answered is no news to whoever did not.
      const away = isAwayForMissing(offer.agent) ? ' You are away now: no calls reach you until you choose Available.' : '';
      return { title: `You missed ${name}`, message: `${direct ? told : 'The call went back to the queue.'}${away}`, color: 'yellow' };
    }
    case 'undeclined':
      return { title: `Declining ${name} did not get through`, message: `${words ?? ''} The call waits for you until its time is over, and counts as missed then.`, color: 'yellow' };
    case 'failed':
      return { title: `${name} was not connected`, message: words ?? (direct ? told : 'The caller is back in the queue, at the old place.'), color: 'yellow' };
  }
}

/** Says it quietly; nothing of it needs an answer. */
export function showNotice(notice: Notice): void {
  const autoClose = notice.kind === 'missed' || notice.kind === 'undeclined' ? 15_000 : 5_000;
  notifications.show({ id: `offer-${notice.offer.id}`, ...noticeOf(notice), autoClose });
}
