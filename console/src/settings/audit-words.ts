import { statusWords } from '../agents/words';
import type { AgentStatus, AuditAction, AuditRowFragment } from '../gql/graphql';

export const ACTIONS: Record<AuditAction, string> = {
  CALL_MONITORED: 'Looked into a call',
  CALL_TAKEN_OVER: 'Took a call over',
  CALL_MOVED: 'Moved a call',
  CALL_ENDED: 'Ended a call',
  AGENT_STATUS_SET: 'Set a status',
  CALL_CONTACT_SET: 'Identified a caller',
};

const MODES: Readonly<Record<string, string>> = {
  LISTEN: 'Listened to the call',
  WHISPER: 'Whispered into the call',
  BARGE: 'Spoke in the call',
  TAKE_OVER: 'Asked to take the call over',
};

type Entry = Pick<AuditRowFragment, 'action' | 'details' | 'subject'>;

/** One act as a sentence after the name of whoever did it. */
export function auditWords({ action, details, subject }: Entry): string {
  const detail = (name: string) => details.find((one) => one.name === name)?.value;
  const whom = subjectName(subject);
  switch (action) {
    case 'CALL_MONITORED':
      return MODES[detail('mode') ?? ''] ?? ACTIONS.CALL_MONITORED;
    case 'CALL_TAKEN_OVER':
      return whom === null ? 'Took the call over' : `Took the call over from ${whom}`;
    case 'CALL_MOVED':
      return whom === null ? 'Moved the call to another queue' : `Moved the call to ${whom}`;
    case 'CALL_ENDED':
      return 'Ended the call';
    case 'AGENT_STATUS_SET': {
      const status = detail('status') as AgentStatus | undefined;
      const to = status === undefined ? 'another status' : statusWords(status, detail('reason'));
      return `Set ${whom ?? 'an agent'} to ${to}`;
    }
    case 'CALL_CONTACT_SET': {
      const said = subject != null && detail('from') === subject.id ? 'Confirmed' : 'Said';
      return `${said} that the caller is ${whom ?? 'a contact'}`;
    }
  }
}

/** The agent, queue or contact that it was done to besides the call; null where it is gone. */
function subjectName(subject: Entry['subject']): string | null {
  if (subject?.__typename === 'Agent') return subject.user.name;
  return subject?.__typename === 'Queue' || subject?.__typename === 'Contact' ? subject.name : null;
}
