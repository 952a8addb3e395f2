import { list } from '../calls/party';
import type { MonitorMode, SupervisionLegFragment } from '../gql/graphql';

/** The ways in which a supervisor is beside a call; taking it over makes it their own. */
export type Beside = Exclude<MonitorMode, 'TAKE_OVER'>;
/** A party's leg, as much of it as says how a supervisor stands to the call. */
export type SeenLeg = Pick<SupervisionLegFragment, 'role' | 'state' | 'name' | 'audience' | 'parked' | 'user'>;

/** Every way, from the least heard to one's own call. */
export const ALL_MODES = ['LISTEN', 'WHISPER', 'BARGE', 'TAKE_OVER'] as const satisfies readonly MonitorMode[];

export const MODE_WORDS: Record<MonitorMode, { words: string; meaning: string; refused: string }> = {
  LISTEN: { words: 'Listen', meaning: 'Nobody hears you', refused: 'You are not listening' },
  WHISPER: { words: 'Whisper', meaning: 'Only our side hears you', refused: 'You are not whispering' },
  BARGE: { words: 'Barge in', meaning: 'Everybody hears you', refused: 'You are not in the call' },
  TAKE_OVER: { words: 'Take over', meaning: 'The call becomes yours, the agent leaves it', refused: 'The call was not taken over' },
};

const isHere = ({ state }: SeenLeg) => state === 'CONNECTED' || state === 'RECONNECTING';

/** One's own leg as a supervisor; null where one has none, or has taken the call over. */
export function besideOf(legs: readonly SeenLeg[], userId: string): Beside | null {
  const own = legs.findLast((leg) => leg.user?.id === userId && leg.state !== 'LEFT');
  if (own?.role !== 'SUPERVISOR') return null;
  return own.audience === 'NOBODY' ? 'LISTEN' : own.audience === 'AGENTS' ? 'WHISPER' : 'BARGE';
}

/** Who hears a supervisor, said so that nobody speaks by mistake. */
export function hearsWords(mode: Beside, legs: readonly SeenLeg[], userId: string): string {
  if (mode === 'LISTEN') return 'Nobody hears you';
  const others = legs.filter((leg) => isHere(leg) && leg.user?.id !== userId);
  const reached = others.filter(({ role }) => mode === 'BARGE' || role === 'AGENT' || role === 'SUPERVISOR');
  const hearers = reached.filter(({ parked }) => !parked).map(({ name }) => name);
  const held = reached.filter(({ parked }) => parked).map(({ name }) => name);
  const aside = held.length === 0 ? '' : `; ${list(held)} ${held.length === 1 ? 'is' : 'are'} on hold`;
  if (hearers.length === 0) return `Nobody hears you now${aside}`;
  const verb = hearers.length === 1 ? 'hears' : 'hear';
  return mode === 'WHISPER' ? `Only ${list(hearers)} ${verb} you${aside}` : `${list(hearers)} ${verb} you${aside}`;
}

/** The supervisor who speaks in an agent's call, and to whom. One who only listens isn't shown. */
export function companyWords(legs: readonly SeenLeg[], userId: string): string | null {
  for (const leg of legs) {
    if (leg.role !== 'SUPERVISOR' || !isHere(leg) || leg.user?.id === userId) continue;
    if (leg.audience === 'AGENTS') return `${leg.name} whispers: only our side hears it`;
    if (leg.audience === 'EVERYONE') return `${leg.name} is in the call`;
  }
  return null;
}
