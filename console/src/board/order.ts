import type { AgentActivity } from '../gql/graphql';

/** Who has a call in hand first, who isn't there last. */
export const ACTIVITIES: readonly AgentActivity[] = ['RINGING', 'ON_CALL', 'WRAP_UP', 'AVAILABLE', 'AWAY', 'OFFLINE'];

interface Cell {
  id: string;
  activity: AgentActivity;
  since: string;
}

/** By activity, and in each whoever has been at it for longest first: that is who needs looking after. */
export function inOrder<Agent extends Cell>(agents: readonly Agent[]): Agent[] {
  const rank = ({ activity }: Agent) => ACTIVITIES.indexOf(activity);
  return [...agents].sort(
    (one, other) => rank(one) - rank(other) || one.since.localeCompare(other.since) || one.id.localeCompare(other.id),
  );
}
