import { otherSide } from '../calls/words';
import { asks } from '../transfers/words';
import type { TransferKind } from '../gql/graphql';
import type { Offer } from './inbox';

type Asked = Pick<Offer, 'purpose' | 'askedBy' | 'callback'> & { transfer?: { kind: TransferKind } | null; call: Parameters<typeof otherSide>[0] };

export interface Card {
  /** What it is, in the card's head. */
  head: string;
  /** Says of whom the bell is. */
  title: string;
  /** What accepting it means; null where that needs no words. */
  about: string | null;
}

/** What an offer is, by why it is made. */
export function cardOf({ purpose, askedBy, transfer, callback, call }: Asked): Card {
  const name = otherSide(call);
  const from = askedBy?.user.name ?? 'A colleague';
  switch (purpose) {
    case 'TRANSFER':
      return { head: `Transfer from ${from}`, title: `${from} transfers ${name}`, about: asks(transfer?.kind ?? 'BLIND', from) };
    case 'CALL':
      return { head: 'A colleague calls', title: `${from} is calling`, about: null };
    case 'INVITATION':
      return { head: `Invitation from ${from}`, title: `${from} asks you into a call`, about: `${from} asks you to join the call with ${name}.` };
    case 'QUEUE':
      return { head: callback ? 'Call-back' : 'Incoming call', title: `${name} is calling`, about: null };
  }
}
