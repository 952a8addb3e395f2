/**
 * What a leg says to the platform and hears from it. The call machine knows this interface alone,
 * so that tests, other front ends and other transports can stand behind it.
 */
export interface Signalling {
  /** Makes the leg, or takes it up again after a reload. With the `generation` of this page's leg: unless another page has it. */
  join(generation: number | null): Promise<Joined>;
  /** Sends an offer and resolves to the answer; an answer resolves to null. */
  negotiate(description: Description): Promise<Answer | null>;
  trickle(leg: OwnLeg, epoch: number, candidates: RTCIceCandidateInit[]): Promise<void>;
  /** What the server wants later. `onLost` says that the stream ended and has to be opened again. */
  signals(leg: OwnLeg, onSignal: (signal: Signal) => void, onLost: () => void): () => void;
  update(legId: string, change: { muted?: boolean; videoOn?: boolean; screenOn?: boolean }): Promise<void>;
  /** Out of a call whose media flowed: an agent ends it for all, a contact leaves it. */
  hangUp(legId: string): Promise<void>;
  /** Out of a call that one was not in yet: it goes on without this party where it can. */
  leave(legId: string): Promise<void>;
}

export interface OwnLeg {
  legId: string;
  /** Counts the pages that took the leg up: the last one has it. */
  generation: number;
}

export interface Joined extends OwnLeg {
  epoch: number;
  iceServers: RTCIceServer[];
}

export interface Description extends OwnLeg {
  epoch: number;
  type: 'OFFER' | 'ANSWER';
  sdp: string;
  revision?: number;
}

export interface Answer {
  sdp: string;
  epoch: number;
}

export type Signal =
  | { type: 'offer'; sdp: string; revision: number; epoch: number }
  | { type: 'candidate'; candidate: RTCIceCandidateInit }
  | { type: 'moved'; epoch: number; iceServers: RTCIceServer[] }
  | { type: 'ended' | 'taken'; reason: string };

/** What an answer of the platform means for the machine. `taken`: the call goes on in another window of the same person. */
export type Verdict = 'ended' | 'taken' | 'rejoin' | 'retry';

/** Codes of user errors after which another attempt is useless: the call or the leg is over. */
const OVER: readonly string[] = [
  'CALL_ENDED',
  'LEG_GONE',
  'NOT_FOUND',
  'NOT_ALLOWED',
  'ILLEGAL_TRANSITION',
  'LINK_EXPIRED',
  'LINK_IN_USE',
];

/** The epoch is old, or an offer of the platform's is on its way. */
export const isStale = (error: unknown): boolean => codeOf(error) === 'STALE';

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
}

export function judge(error: unknown): Verdict {
  const code = codeOf(error);
  if (typeof code !== 'string') return 'retry';
  if (OVER.includes(code)) return 'ended';
  if (code === 'LEG_TAKEN') return 'taken';
  return code === 'STALE' ? 'rejoin' : 'retry';
}
