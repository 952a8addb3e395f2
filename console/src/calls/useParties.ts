import { useSources } from '../call/hooks';
import type { LiveCallState } from '../call/live-call';
import { slotsByLeg } from '../call/slots';
import { others, type Party, type Seen } from './party';

/** Those whom one is together with, each with the media that are theirs. */
export function useParties(legs: readonly Party[], live: Pick<LiveCallState, 'legId' | 'slots'>): Seen[] {
  const sources = useSources(live.slots);
  const present = others(legs, live.legId);
  const slots = slotsByLeg(
    present.map(({ id }) => id),
    live.slots,
    sources,
  );
  return present.map((party) => ({ ...party, slot: slots.get(party.id) ?? null }));
}
