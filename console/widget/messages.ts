/**
 * What a queue's page in a frame and the script around it say to each other: where the visit stands,
 * and nothing of the person. Both sides check window and origin before they believe a word.
 */

/** `form`: nothing was asked for yet. `callback`: waiting, with the line hung up. `ringing`: somebody waits for the visitor. */
export type VisitState = 'form' | 'waiting' | 'callback' | 'ringing' | 'talking' | 'ended' | 'closed';

const STATES: readonly string[] = ['form', 'waiting', 'callback', 'ringing', 'talking', 'ended', 'closed'] satisfies VisitState[];

export interface Visit {
  state: VisitState;
  /** The place in line while one waits. */
  place: number | null;
}

/** Known to the host page already, and put into the form for the visitor to see and change. */
export interface Prefill {
  name?: string | undefined;
  email?: string | undefined;
  subject?: string | undefined;
}

export const PREFILLED = ['name', 'email', 'subject'] as const;

export type PageSays = { cordboard: 'state' } & Visit | { cordboard: 'escape' };
export type HostSays = { cordboard: 'prefill'; fields: Prefill } | { cordboard: 'leave' };

/** Something would be lost by closing the page. */
export function isBusy(state: VisitState): boolean {
  return state === 'waiting' || state === 'callback' || state === 'ringing' || state === 'talking';
}

export function readPage(data: unknown): PageSays | null {
  if (!isMessage(data)) return null;
  if (data['cordboard'] === 'escape') return { cordboard: 'escape' };
  const { state, place } = data;
  if (data['cordboard'] !== 'state' || typeof state !== 'string' || !STATES.includes(state)) return null;
  return { cordboard: 'state', state: state as VisitState, place: typeof place === 'number' ? place : null };
}

export function readHost(data: unknown): HostSays | null {
  if (!isMessage(data)) return null;
  if (data['cordboard'] === 'leave') return { cordboard: 'leave' };
  return data['cordboard'] === 'prefill' ? { cordboard: 'prefill', fields: prefill(data['fields']) } : null;
}

/** Texts of a sensible length, whatever was passed. */
export function prefill(fields: unknown): Prefill {
  const found: Prefill = {};
  if (typeof fields !== 'object' || fields === null) return found;
  for (const name of PREFILLED) {
    const value = (fields as Record<string, unknown>)[name];
    if (typeof value === 'string' && value !== '') found[name] = value.slice(0, 200);
  }
  return found;
}

function isMessage(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && 'cordboard' in data;
}
