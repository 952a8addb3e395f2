import type { CallWrapUpInput } from '../gql/graphql';

/** What is chosen about the call. */
export interface Draft {
  outcomeId: string | null;
  tags: string[];
}

/** Tomorrow at nine, by the person's own clock. */
export function tomorrowMorning(now: Date): string {
  const at = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What is sent: without `done` what was chosen is only kept, so that running out of time loses none of it. */
export function wrapUpInput({ outcomeId, tags }: Draft, callId: string, done: boolean): CallWrapUpInput {
  return { callId, ...(outcomeId ? { outcomeId } : {}), tags, ...(done ? { done } : {}) };
}
