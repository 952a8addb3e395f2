import type { Tone } from '../calls/words';
import type { AgentActivity, AgentStatus } from '../gql/graphql';

export interface Standing {
  status: AgentStatus;
  activity: AgentActivity;
  reason?: string | null;
  nextStatus?: AgentStatus | null;
  nextReason?: string | null;
}

const ACTIVITIES: Record<AgentActivity, { words: string; tone: Tone }> = {
  OFFLINE: { words: 'Offline', tone: 'quiet' },
  AVAILABLE: { words: 'Available', tone: 'live' },
  AWAY: { words: 'Away', tone: 'wait' },
  RINGING: { words: 'Ringing', tone: 'wait' },
  ON_CALL: { words: 'On call', tone: 'live' },
  WRAP_UP: { words: 'Wrap-up', tone: 'wait' },
};

/** What is true of an agent now, with the reason where being away has one. */
export function activityOf(agent: Standing): { words: string; tone: Tone } {
  const { words, tone } = ACTIVITIES[agent.activity];
  return agent.activity === 'AWAY' && agent.reason ? { words: `${words}: ${reasonWords(agent.reason)}`, tone } : { words, tone };
}

/** The platform's own reason is a word of its code; all others are written by administrators. */
const MISSED = 'missed';

export function reasonWords(reason: string): string {
  return reason === MISSED ? 'missed a call' : reason;
}

/** Put away by the platform, which took it that nobody is there. */
export function isAwayForMissing({ status, reason }: Standing): boolean {
  return status === 'AWAY' && reason === MISSED;
}

export function statusWords(status: AgentStatus, reason?: string | null): string {
  const { words } = ACTIVITIES[status];
  return status === 'AWAY' && reason ? `${words}: ${reasonWords(reason)}` : words;
}

/** A choice made now takes effect only after the present call. Whoever only rings is not held: going away declines the call. */
export function isBusy({ activity }: Pick<Standing, 'activity'>): boolean {
  return activity === 'ON_CALL' || activity === 'WRAP_UP';
}

/** What comes after the present call, where something other than going on was chosen. */
export function nextWords(agent: Standing): string | null {
  return agent.nextStatus && isBusy(agent) ? `then ${lower(statusWords(agent.nextStatus, agent.nextReason))}` : null;
}

function lower(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
