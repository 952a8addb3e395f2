import type { LiveCallState } from '../call/live-call';
import type { LocalMediaState } from '../call/media';
import type { CallNewsFragment } from '../gql/graphql';

/** Where a call of ours stands, in the fewest words that help. */
export function progressWords(live: Pick<LiveCallState, 'phase'>, call: CallNewsFragment | null): string {
  if (live.phase === 'joining') return 'Setting up';
  if (live.phase === 'connecting') return 'Connecting';
  if (live.phase === 'reconnecting') return 'Connection lost, reconnecting';
  const other = call?.legs.find((leg) => leg.role !== 'AGENT');
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
      return othersWords(other, call?.media === 'VIDEO');
    default:
      return 'Connected';
  }
}

/** That there is no picture is worth a word only in a video call. */
export function othersWords(leg: { muted: boolean; videoOn: boolean }, video: boolean): string {
  const state = leg.muted ? 'Muted' : 'In call';
  return video && !leg.videoOn ? `${state}, camera off` : state;
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
