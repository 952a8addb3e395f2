import type { Slot } from '../call/slots';
import type { Audience, Direction, LegRole, LegState } from '../gql/graphql';

/** A party of a call, as much of it as anybody in the call may know. */
export interface Party {
  id: string;
  role: LegRole;
  name: string;
  state: LegState;
  audience: Audience;
  parked: boolean;
  muted: boolean;
  videoOn: boolean;
  screenOn: boolean;
}

/** Those who aren't of the house: the contact, and guests. */
export const isOutsider = ({ role }: Pick<Party, 'role'>): boolean => role === 'CONTACT' || role === 'GUEST';

/** In the call now: neither only asked nor gone. */
export const isPresent = ({ state }: Pick<Party, 'state'>): boolean => state !== 'INVITED' && state !== 'LEFT';

/** Who is there besides oneself. Somebody who only listens takes no room on the stage. */
export function others<Leg extends Party>(legs: readonly Leg[], myLegId: string | null): Leg[] {
  return legs.filter((leg) => leg.id !== myLegId && isPresent(leg) && leg.audience !== 'NOBODY');
}

/** Those whom a hold without a name parks: outsiders, and among colleagues everybody else. */
export function holdable<Leg extends Party>(legs: readonly Leg[], myLegId: string | null, direction: Direction): Leg[] {
  return others(legs, myLegId).filter((leg) => (direction === 'INTERNAL' ? leg.role !== 'SUPERVISOR' : isOutsider(leg)));
}

export interface Seen extends Party {
  /** Null until media of that party come. */
  slot: Slot | null;
}

type Standing = Pick<Party, 'id' | 'name' | 'parked' | 'audience' | 'role'>;

/** Who hears whom, as sentences: "You and Sam talk. Ada hears music." */
export function hearing(parties: readonly Standing[], myLegId: string | null): string {
  const name = (party: Standing) => (party.id === myLegId ? 'you' : party.name);
  // Oneself first, as people speak.
  const ordered = [...parties.filter(({ id }) => id === myLegId), ...parties.filter(({ id }) => id !== myLegId)];
  const speaking = ordered.filter(({ parked, audience }) => !parked && audience === 'EVERYONE').map(name);
  const whispering = ordered.filter(({ parked, audience }) => !parked && audience === 'AGENTS').map(name);
  const held = ordered.filter(({ parked }) => parked).map(name);
  const sentences = [
    speaking.length > 1 && `${list(speaking)} talk`,
    speaking.length === 1 && (speaking[0] === 'you' ? 'nobody hears you' : `nobody hears ${speaking[0]}`),
    whispering.length > 0 && `only agents hear ${list(whispering)}`,
    held.length > 0 && `${list(held)} ${held.length === 1 && held[0] !== 'you' ? 'hears' : 'hear'} music`,
  ];
  return sentences
    .filter((sentence) => sentence !== false)
    .map((sentence) => `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`)
    .join(' ');
}

/** "You, Sam and Ada". */
export function list(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** What stands where a party's picture would be. That there is none is worth a word only in a video call. */
export function partyWords(party: Pick<Party, 'state' | 'parked' | 'muted' | 'videoOn'>, video: boolean): string {
  if (party.state === 'JOINING') return 'Joining';
  if (party.state === 'RECONNECTING') return 'Lost the connection';
  if (party.parked) return 'On hold, hears music';
  const words = party.muted ? 'Muted' : 'In call';
  return video && !party.videoOn ? `${words}, camera off` : words;
}
