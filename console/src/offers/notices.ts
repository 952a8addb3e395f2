import { notifications } from '@mantine/notifications';
import { otherSide } from '../calls/words';
import type { Notice } from './inbox';

/** Says quietly why a card has gone; nothing of it needs an answer. */
export function showNotice({ offer, kind, words }: Notice): void {
  const name = otherSide(offer.call);
  // Not out of a queue: somebody asked this very person.
  const direct = offer.purpose !== 'QUEUE';
  const from = offer.askedBy?.user.name ?? 'The colleague';
  const said = {
    taken: { title: 'Taken by a colleague', message: `${name} is being served.`, color: 'gray' },
    gone: { title: `${name} rings no more`, message: words ?? (direct ? 'It was taken back.' : 'A colleague took the call, or the caller hung up.'), color: 'gray' },
    missed: { title: `You missed ${name}`, message: words ?? (direct ? `${from} was told.` : 'The call went back to the queue.'), color: 'yellow' },
    failed: { title: `${name} was not connected`, message: words ?? (direct ? `${from} was told.` : 'The caller is back in the queue, at the old place.'), color: 'yellow' },
  }[kind];
  notifications.show({ id: `offer-${offer.id}`, ...said, autoClose: kind === 'missed' ? 15_000 : 5_000 });
}
