import { isPresent, type Party } from '../calls/party';

/**
 * The agent whom a contact talks with: of several in turn the last who came. Whoever is on hold is still with the one who
 * put them there.
 */
export function withWhom<Leg extends Party>(legs: readonly Leg[], myLegId: string | null): Leg | null {
  const agents = legs.filter((leg) => leg.role === 'AGENT' && leg.state !== 'LEFT');
  const held = legs.some(({ id, parked }) => id === myLegId && parked);
  if (held) return agents[0] ?? null;
  return agents.findLast((leg) => isPresent(leg) && !leg.parked) ?? agents.at(-1) ?? null;
}
