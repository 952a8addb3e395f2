import type { LiveCallState } from '../call/live-call';
import type { LocalMediaState } from '../call/media';
import type { CallNewsFragment } from '../gql/graphql';
import { hearing, isOutsider, others, partyWords } from './party';

/** What one's own connection has to say, before anything of the others counts. */
export function connectionWords({ phase }: Pick<LiveCallState, 'phase'>): string | undefined {
  if (phase === 'joining') return 'Setting up';
  if (phase === 'connecting') return 'Connecting';
  return phase === 'reconnecting' ? 'Connection lost, reconnecting' : undefined;
}

/** Where a call of ours stands, in the fewest words that help. */
export function progressWords(live: Pick<LiveCallState, 'phase' | 'legId'>, call: CallNewsFragment | null): string {
  const own = connectionWords(live);
  if (own !== undefined) return own;
  if (call?.voicemailState === 'GREETING') return 'Speak after the beep';
  if (call?.voicemailState === 'RECORDING') return 'Your message is being recorded. Hang up when you are done.';
  const present = call ? others(call.legs, live.legId) : [];
  if (present.length > 1) return hearing([...present, ...(call?.legs.filter(({ id }) => id === live.legId) ?? [])], live.legId);
  const other = present[0] ?? call?.legs.find(isOutsider);
  if (other && !isOutsider(other)) return partyWords(other, call?.media === 'VIDEO');
  switch (other?.state) {
    case 'INVITED':
      return 'Waiting for the contact to open the link';
    case 'JOINING':
      return 'The contact is joining';
    case 'RECONNECTING':
      return 'The contact lost the connection';
    case 'LEFT':
      return 'The contact left';
    case 'CONNECTED':
      return partyWords(other, call?.media === 'VIDEO');
    default:
      return call?.direction === 'INTERNAL' && call.state !== 'IN_PROGRESS' ? 'Ringing' : 'Connected';
  }
}

/** The same where a device may fail: a connection that is lost comes first, since nothing else helps without it. */
export function barWords(live: Pick<LiveCallState, 'phase' | 'legId'>, fault: LocalMediaState['fault'], call: CallNewsFragment | null): string {
  return fault && live.phase !== 'reconnecting' ? faultWords(fault) : progressWords(live, call);
}

/** What is wrong with a device, and what the person can do about it. */
export function faultWords({ kind, reason }: NonNullable<LocalMediaState['fault']>): string {
  const device = kind === 'audio' ? 'microphone' : 'camera';
  switch (reason) {
    case 'denied':
      return `The browser may not use your ${device}. Allow it beside the address, then try again.`;
    case 'missing':
      return `No ${device} was found. Plug one in or choose another.`;
    case 'busy':
      return `Your ${device} is used by another program. Close that one and try again.`;
    case 'insecure':
      return `Browsers give a ${device} only to pages opened by https or localhost.`;
  }
}
