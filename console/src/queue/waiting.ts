/**
 * A contact's way from the line to the agent, as the page tells it. Plain functions over what the
 * platform says, without React and without a network.
 */
import { capital, NOBODY, placeWords, waitWords } from './words';

/** What a contact may know of its call. */
export interface Row {
  /** Grows with every event: an older row that comes late changes nothing. */
  version: number;
  state: 'CREATED' | 'QUEUED' | 'RINGING' | 'CONNECTING' | 'IN_PROGRESS' | 'ENDED';
  queueName?: string | null;
  position?: number | null;
  estimatedWaitSeconds?: number | null;
  /** The agent whom one talks with, once there is one. */
  agent: string | null;
  /** A message is being left: its greeting is heard, or it is spoken. */
  message: boolean;
  /** There while the queue is closed. */
  queueClosed?: object | null;
}

export type Stage =
  /** Nothing is known yet. */
  | 'asking'
  /** In the line, hearing music. */
  | 'line'
  /** An agent sees the call and may take it. */
  | 'offered'
  /** With an agent, or on the way there. */
  | 'agent'
  /** Leaving a message, since nobody was there or by one's own wish. */
  | 'message'
  | 'over';

/** What a contact should be told once: the agent's side failed, another queue took over, or the agent put them there. */
export type Turn = 'returned' | 'moved' | 'handed';

export interface Wait {
  version: number;
  stage: Stage;
  queue: string | null;
  place: number | null;
  seconds: number | null;
  turn: Turn | null;
  /** The queue has closed since one came: those who are still there answer, or nobody does. */
  closed: boolean;
}

export const BEGINNING: Wait = { version: -1, stage: 'asking', queue: null, place: null, seconds: null, turn: null, closed: false };

export function next(wait: Wait, row: Row): Wait {
  if (row.version < wait.version || wait.stage === 'over') return wait;
  const stage = stageOf(row);
  const queue = row.queueName ?? wait.queue;
  const inLine = stage === 'line' || stage === 'offered';
  return {
    version: row.version,
    stage,
    queue,
    // While an agent is asked the place is still one's own, though the platform may not repeat it.
    place: inLine ? (row.position ?? (stage === 'offered' ? wait.place : null)) : null,
    seconds: stage === 'line' ? (row.estimatedWaitSeconds ?? null) : null,
    turn: turnOf(wait, stage, queue),
    closed: inLine && row.queueClosed != null,
  };
}

function stageOf({ state, queueName, agent, message }: Row): Stage {
  if (state === 'ENDED') return 'over';
  if (message) return 'message';
  switch (state) {
    case 'QUEUED':
      return 'line';
    case 'CREATED':
    case 'RINGING':
      // A call that an agent placed rings at the contact; one that waits rings at agents.
      return queueName && agent === null ? 'offered' : 'agent';
    default:
      return 'agent';
  }
}

function turnOf(wait: Wait, stage: Stage, queue: string | null): Turn | null {
  if (stage !== 'line') return stage === 'offered' ? wait.turn : null;
  if (wait.stage === 'agent') return queue === wait.queue ? 'returned' : 'handed';
  if (wait.queue !== null && queue !== wait.queue) return 'moved';
  return wait.turn;
}

/** Nobody works in the queue just now: only then a place has no estimate. */
export function isDeserted({ stage, place, seconds }: Wait): boolean {
  return stage === 'line' && place !== null && seconds === null;
}

/** What a screen reader says when this follows that; null: nothing that matters changed. */
export function announcement(before: Wait, after: Wait): string | null {
  // The page of the message speaks for itself.
  if (after.stage === 'message') return null;
  const turned = after.turn !== null && (after.turn !== before.turn || after.queue !== before.queue);
  const closed = after.closed && !before.closed && `${after.queue ?? 'The queue'} has closed meanwhile. You are still in line.`;
  const news = [turned && turnWords(after), closed].filter(Boolean);
  if (news.length > 0) return news.join(' ');
  if (after.stage === 'offered' && before.stage !== 'offered') return 'An agent is being asked to take your call.';
  if (after.stage === 'agent' && before.stage !== 'agent') return 'You are being connected.';
  const moved = before.place !== after.place || before.stage === 'asking' || isDeserted(before) !== isDeserted(after);
  if (after.stage === 'line' && moved) {
    const wait = isDeserted(after) ? NOBODY : capital(waitWords(after.seconds) ?? '');
    return [placeWords(after.place), wait].filter(Boolean).join('. ') + '.';
  }
  return null;
}

export function turnWords({ turn, queue, place }: Wait): string | null {
  if (turn === 'moved') return `You were passed on to ${queue ?? 'another queue'}, which may be faster.`;
  if (turn === 'handed') return `You were transferred to ${queue ?? 'colleagues'}: the next one there who is free takes your call.`;
  if (turn !== 'returned') return null;
  return place === null
    ? 'The agent lost the connection. You are at your place again; the next one is asked.'
    : `The agent lost the connection. You are at place ${place} again; the next one is asked.`;
}
