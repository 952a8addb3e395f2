import { targetOf, type Said } from '../transfers/words';
import type { Direction } from '../gql/graphql';
import { isOutsider, list, others, type Party } from './party';

interface Going {
  direction: Direction;
  legs: readonly Party[];
}

/** Who goes on without one, in words; null where hanging up ends the call. */
export function whoGoesOn(
  { direction, legs }: Going,
  transfer: (Said & { from: { user: { id: string } } }) | null,
  myLegId: string | null,
  userId: string,
  name: string,
): string | null {
  if (transfer?.state === 'RINGING' && transfer.from.user.id === userId) {
    return transfer.toQueue && transfer.kind === 'BLIND'
      ? `${name} waits on in ${transfer.toQueue.name}`
      : `${name} waits for ${targetOf(transfer)}`;
  }
  const rest = others(legs, myLegId);
  const agents = rest.filter(({ role }) => role === 'AGENT');
  const goesOn = direction === 'INTERNAL' ? agents.length > 1 : agents.length > 0 && rest.some(isOutsider);
  return goesOn ? `${list(rest.map((party) => party.name))} go on` : null;
}
