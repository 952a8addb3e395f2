import { useEffect } from 'react';
import { useWorkspace } from '../app/workspace';
import type { CurrentCall } from '../call/desk';
import type { SupervisionLegFragment } from '../gql/graphql';
import { type Beside, besideOf } from './words';

/** How one is in this tab's call: as a supervisor, or (null) as one of those who talk. */
export function useBeside({ ticket }: CurrentCall, legs: readonly SupervisionLegFragment[] | null): Beside | null {
  const { desk, user } = useWorkspace();
  const own = legs?.findLast((leg) => leg.user?.id === user.id && leg.state !== 'LEFT');
  const became = ticket.monitor != null && own?.role === 'AGENT';
  useEffect(() => {
    // Taken over, once there is media: only from now on does hanging up end the call.
    if (became) desk.monitor(null);
  }, [became, desk]);
  if (own) return besideOf([own], user.id);
  // Until the row is read, the ticket knows.
  return ticket.monitor === 'TAKE_OVER' ? null : (ticket.monitor ?? null);
}
