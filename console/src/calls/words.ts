import type { CallEventKind, CallResult, CallState, Direction, LegRole, RecordingState } from '../gql/graphql';
import { list } from './party';

/** Colours only where they mean something: green live, amber waiting, red fault. */
export type Tone = 'live' | 'wait' | 'fault' | 'quiet';

export function stateOf(call: { state: CallState; result?: CallResult | null }): { words: string; tone: Tone } {
  switch (call.state) {
    case 'CREATED':
      return { words: 'Setting up', tone: 'wait' };
    case 'QUEUED':
      return { words: 'Waiting', tone: 'wait' };
    case 'RINGING':
      return { words: 'Ringing', tone: 'wait' };
    case 'CONNECTING':
      return { words: 'Connecting', tone: 'wait' };
    case 'IN_PROGRESS':
      return { words: 'In call', tone: 'live' };
    case 'ENDED':
      return resultOf(call.result ?? null);
  }
}

function resultOf(result: CallResult | null): { words: string; tone: Tone } {
  switch (result) {
    case 'COMPLETED':
      return { words: 'Completed', tone: 'quiet' };
    case 'MISSED':
      return { words: 'Not answered', tone: 'wait' };
    case 'ABANDONED':
      return { words: 'Abandoned', tone: 'quiet' };
    case 'DECLINED':
      return { words: 'Declined', tone: 'wait' };
    case 'FAILED':
      return { words: 'Failed', tone: 'fault' };
    case 'VOICEMAIL':
      return { words: 'Voicemail', tone: 'quiet' };
    case 'CALLBACK':
      return { words: 'Call back', tone: 'quiet' };
    case null:
      return { words: 'Ended', tone: 'quiet' };
  }
}

const NOT_REACHED: readonly (CallResult | null | undefined)[] = ['DECLINED', 'MISSED', 'FAILED'];

/** How a call that is over ended. Why a colleague did not come says more than that it came to nothing. */
export function endOf({ direction, endReason, ...call }: { direction: Direction; state: CallState; result?: CallResult | null; endReason?: string | null }): string {
  const why = direction === 'INTERNAL' && NOT_REACHED.includes(call.result) ? endReason : null;
  return why ?? stateOf(call).words;
}

interface WithParties {
  direction?: Direction;
  contact?: { name: string } | null;
  legs: readonly { role: LegRole; name: string; user?: { id: string } | null }[];
}

/**
 * The other side's name: the contact's, or the one that a caller without one gave. Between colleagues it is the other
 * one of them, and for everybody else both.
 */
export function otherSide(call: WithParties, userId?: string, called = 'A colleague'): string {
  const outsider = call.contact?.name ?? call.legs.find(({ role }) => role === 'CONTACT')?.name;
  if (outsider !== undefined) return outsider;
  const colleagues = call.legs.filter(({ role, user }) => role === 'AGENT' && (userId === undefined || user?.id !== userId)).map(({ name }) => name);
  if (call.direction !== 'INTERNAL') return 'Somebody';
  return colleagues.length > 0 ? list(colleagues) : called;
}

/** What a party does reads as a sentence that begins with its name. */
const DEEDS = {
  ACCEPTED: 'accepted the call',
  CAMERA_OFF: 'turned the camera off',
  CAMERA_ON: 'turned the camera on',
  CONSENT_GIVEN: 'agreed to the recording',
  CONSENT_REFUSED: 'refused the recording',
  HELD: 'is on hold',
  LEG_INVITED: 'was asked into the call',
  LEG_JOINED: 'joined',
  LEG_LEFT: 'left',
  LEG_RECONNECTING: 'lost the connection',
  MUTED: 'muted',
  MONITORED: 'supervises',
  RESUMED: 'is back from hold',
  SCREEN_STARTED: 'shares a screen',
  SCREEN_STOPPED: 'stopped sharing',
  UNMUTED: 'unmuted',
  VOICEMAIL_HEARD: 'heard the message',
} as const satisfies Partial<Record<CallEventKind, string>>;

const EVENTS: Record<Exclude<CallEventKind, keyof typeof DEEDS>, string> = {
  CALLBACK_REQUESTED: 'Call-back asked for',
  CONTACT_SET: 'Caller identified',
  CREATED: 'Call placed',
  NOTE_SAVED: 'Note saved',
  OFFERED: 'Agents asked',
  OFFER_CANCELLED: 'Offer withdrawn',
  OFFER_DECLINED: 'Offer declined',
  OFFER_FAILED: 'Accepted, but not connected',
  OFFER_TIMED_OUT: 'Offer not answered',
  OVERFLOWED: 'Waited too long',
  POSITION_CHANGED: 'Place in the queue',
  QUEUED: 'Waits in the queue',
  RATED: 'Rated',
  RECORDING_PROGRESS: 'Recording is being prepared',
  RINGING: 'Ringing',
  TRANSFER_CANCELLED: 'Transfer over',
  TRANSFER_COMPLETED: 'Call handed over',
  TRANSFER_STARTED: 'Call is being transferred',
  VOICEMAIL_LEFT: 'Message left',
  VOICEMAIL_STARTED: 'A message is left',
  WRAPPED_UP: 'Wrapped up',
  CONNECTED: 'Both sides connected',
  MESSAGE_SENT: 'Message',
  MEDIA_MOVED: 'Moved to another media server',
  MOVED: 'Moved to another queue',
  RECORDING_STARTED: 'Recording started',
  RECORDING_PAUSED: 'Recording paused',
  RECORDING_RESUMED: 'Recording resumed',
  RECORDING_STOPPED: 'Recording stopped',
  RECORDING_READY: 'Recording ready',
  RECORDING_FAILED: 'Recording failed',
  ENDED: 'Call ended',
};

/** What happened, and who stands beside it. A kind that a newer platform tells of still reads as words. */
export function eventWords(kind: CallEventKind, who: string | undefined): { words: string; aside: string | undefined } {
  const deed = (DEEDS as Partial<Record<CallEventKind, string>>)[kind];
  if (deed !== undefined) return { words: who === undefined ? capital(deed) : `${who} ${deed}`, aside: undefined };
  const words = (EVENTS as Partial<Record<CallEventKind, string>>)[kind];
  return { words: words ?? capital(kind.toLowerCase().replaceAll('_', ' ')), aside: who };
}

const MONITORS: Readonly<Record<string, string>> = {
  BARGE: 'heard by all',
  LISTEN: 'only listens',
  TAKE_OVER: 'takes the call over',
  WHISPER: 'heard by our side alone',
};

const OVERFLOWS: Readonly<Record<string, string>> = {
  CALLBACK: 'is called back',
  END: 'the call ends',
  QUEUE: 'goes to another queue',
  TRANSFER: 'goes back to the agent',
  VOICEMAIL: 'leaves a message',
};

/**
 * What an event adds. "COMPLETED: The contact hung up." has its code for programs; ids are names, or nothing to
 * people.
 */
export function detailWords(
  kind: CallEventKind,
  detail: string | null | undefined,
  names: ReadonlyMap<string, string>,
): string | undefined {
  if (!detail) return undefined;
  if (kind === 'OVERFLOWED') return OVERFLOWS[detail] ?? detail;
  if (kind.startsWith('TRANSFER_')) return detail.replace(/^transfer_[0-9a-f]{32} ?/, '') || undefined;
  if (kind === 'MONITORED') return MONITORS[detail] ?? detail;
  const words = detail.split(' ');
  if (words.every((word) => /^[a-z]+_[0-9a-f]{32}$/.test(word))) {
    return words.flatMap((word) => names.get(word) ?? []).join(', ') || undefined;
  }
  // The id of what it is about, before the words.
  return detail.replace(/^[A-Z_]+: /, '').replace(/^[a-z]+_[0-9a-f]{32} /, '');
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function eventTone(kind: CallEventKind): Tone {
  if (kind === 'RECORDING_FAILED') return 'fault';
  if (kind === 'OFFER_TIMED_OUT' || kind === 'OFFER_FAILED' || kind === 'OVERFLOWED') return 'wait';
  if (kind === 'HELD' || kind === 'TRANSFER_CANCELLED') return 'wait';
  if (kind === 'LEG_RECONNECTING' || kind === 'CONSENT_REFUSED' || kind === 'MEDIA_MOVED') return 'wait';
  return kind === 'CONNECTED' || kind === 'RECORDING_READY' ? 'live' : 'quiet';
}

export function recordingWords(state: RecordingState): string {
  switch (state) {
    case 'RECORDING':
      return 'Recording';
    case 'PAUSED':
      return 'Recording paused';
    case 'FINALIZING':
    case 'TRANSCODING':
      return 'Recording is being prepared';
    case 'READY':
      return 'Recording';
    case 'FAILED':
      return 'Recording failed';
    case 'DELETED':
      return 'Recording deleted';
  }
}

/** What becomes of it is still open: somebody who looks wants to see it change. */
export function isBeingPrepared(state: RecordingState): boolean {
  return state === 'FINALIZING' || state === 'TRANSCODING';
}
