import type { CallWrapUpInput } from '../gql/graphql';

export interface Draft {
  outcomeId: string | null;
  tags: string[];
  taskTitle: string;
  /** As a `datetime-local` field has it: local time without a zone, or empty. */
  taskDue: string;
}

/** Tomorrow at nine, by the person's own clock. */
export function tomorrowMorning(now: Date): string {
  const at = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

interface Subject {
  callId: string;
  contactId: string | null;
}

/** What is sent: without `done` what was chosen is only kept, so that running out of time loses none of it. */
export function wrapUpInput(draft: Draft, { callId, contactId }: Subject, done: boolean): CallWrapUpInput {
  const title = draft.taskTitle.trim();
  const due = draft.taskDue === '' ? null : new Date(draft.taskDue);
  return {
    callId,
    ...(draft.outcomeId ? { outcomeId: draft.outcomeId } : {}),
    tags: draft.tags,
    ...(done ? { done: true } : {}),
    ...(done && title !== ''
      ? {
          followUp: {
            title,
            callId,
            ...(contactId ? { contactId } : {}),
            ...(due && !Number.isNaN(due.getTime()) ? { dueAt: due.toISOString() } : {}),
          },
        }
      : {}),
  };
}
