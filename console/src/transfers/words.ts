import { hearing, isOutsider, isPresent, type Party } from '../calls/party';
import type { TransferKind, TransferSide, TransferState } from '../gql/graphql';

interface Named {
  user: { name: string };
}

export interface Said {
  kind: TransferKind;
  state: TransferState;
  side: TransferSide;
  reason?: string | null;
  from: Named;
  toAgent?: Named | null;
  toQueue?: { name: string } | null;
}

/** To whom it goes: the colleague, where one is known, else the queue. */
export function targetOf({ toAgent, toQueue }: Pick<Said, 'toAgent' | 'toQueue'>): string {
  return toAgent?.user.name ?? toQueue?.name ?? 'a colleague';
}

/** Where a transfer stands, for the one who transfers. `name` is whom it is about. */
export function standing(transfer: Said, name: string, parties: readonly Party[], myLegId: string | null): string {
  if (transfer.state === 'CONSULTING') return hearing(parties, myLegId);
  const intoQueue = transfer.kind === 'BLIND' && transfer.toQueue;
  if (intoQueue) return `${name} waits in ${intoQueue.name}.`;
  return `Asking ${targetOf(transfer)}. ${name} hears music.`;
}

/** What those who consult are to know before they write: the chat parts nobody from the others, as the talk does. */
export function chatWarning(transfer: Pick<Said, 'state'> | null, parties: readonly Party[]): string | null {
  if (transfer?.state !== 'CONSULTING') return null;
  const reads = parties.some((party) => isOutsider(party) && isPresent(party) && party.parked);
  return reads ? 'The contact on hold reads this too.' : null;
}

/** What is said when it came to nothing, and the other side is back. */
export function failure(transfer: Said, name: string): { title: string; message: string } {
  return { title: `${name} is back with you`, message: transfer.reason ?? `${targetOf(transfer)} did not take the call.` };
}

/** What the target of a transfer is told on the card. */
export function asks(kind: TransferKind, from: string): string {
  return kind === 'WARM' ? `${from} talks with you first; the other side hears music meanwhile.` : `${from} hands the call over: you are connected at once.`;
}

/** What the two sides of a consultation are called on the button that turns to the other. */
export function swapWords(side: TransferSide, target: string, name: string): { to: TransferSide; words: string } {
  return side === 'TARGET' ? { to: 'CONTACT', words: `Talk with ${name}` } : { to: 'TARGET', words: `Talk with ${target} alone` };
}
