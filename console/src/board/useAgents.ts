import { useEffect, useState } from 'react';
import { type CombinedError, useClient, useQuery } from 'urql';
import { graphql } from '../gql';
import type { AgentActivity, AgentCellFragment } from '../gql/graphql';
import { useSoon } from '../ui/soon';
import { usePolling } from '../ui/usePolling';
import { useAgentNews } from './news';
import { ACTIVITIES } from './order';
import { PAGE, pageStarts } from './pages';

// The filter, which lets everybody pass, keeps the pages apart from other lists of agents in the cache.
const BoardAgents = graphql(`
  query BoardAgents($first: Int!, $after: String) {
    agents(first: $first, after: $after, filter: {}) {
      totalCount
      edges {
        cursor
        node {
          ...AgentCell
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const AgentSums = graphql(`
  query AgentSums {
    RINGING: agents(first: 1, filter: { activities: [RINGING] }) {
      totalCount
    }
    ON_CALL: agents(first: 1, filter: { activities: [ON_CALL] }) {
      totalCount
    }
    WRAP_UP: agents(first: 1, filter: { activities: [WRAP_UP] }) {
      totalCount
    }
    AVAILABLE: agents(first: 1, filter: { activities: [AVAILABLE] }) {
      totalCount
    }
    AWAY: agents(first: 1, filter: { activities: [AWAY] }) {
      totalCount
    }
    OFFLINE: agents(first: 1, filter: { activities: [OFFLINE] }) {
      totalCount
    }
  }
`);

/** News come by themselves; this finds agents that are new, and what was missed. */
const EVERY_MS = 30_000;
/** However many agents there are and whatever they do, nothing is read more often than this. */
const PAUSE_MS = 5_000;

export interface Agents {
  /** Those that are shown; null until the first come. */
  agents: AgentCellFragment[] | null;
  total: number;
  /** How many do what, of all; null while that isn't known. */
  sums: Record<AgentActivity, number> | null;
  error: CombinedError | undefined;
  again: () => void;
  /** Shows the next page; null where there is none. */
  more: (() => void) | null;
  fetching: boolean;
}

/** The agents of a centre of any size, by page, as new as the platform. */
export function useAgents(): Agents {
  const client = useClient();
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error, fetching }, reload] = useQuery({
    query: BoardAgents,
    variables: { first: PAGE, after },
    requestPolicy: 'cache-and-network',
  });
  const connection = data?.agents;
  const edges = connection?.edges ?? [];
  const agents = connection?.edges.map(({ node }) => node) ?? null;
  const whole = connection?.pageInfo.hasNextPage === false;
  // All that are there are counted where they are shown; the rest only the platform can count.
  const [{ data: counted }, count] = useQuery({ query: AgentSums, pause: !connection || whole, requestPolicy: 'cache-and-network' });

  const again = () => {
    if (!connection) {
      reload({ requestPolicy: 'network-only' });
      return;
    }
    for (const start of pageStarts(edges)) void client.query(BoardAgents, { first: PAGE, after: start }, { requestPolicy: 'network-only' }).toPromise();
    if (!whole) count({ requestPolicy: 'network-only' });
  };
  const readSoon = useSoon(again, PAUSE_MS);
  const countSoon = useSoon(() => whole || count({ requestPolicy: 'network-only' }), PAUSE_MS);
  usePolling(again, EVERY_MS);
  useAgentNews((agentId) => {
    if (!connection) return;
    if (!whole) countSoon();
    else if (!edges.some(({ node }) => node.id === agentId)) readSoon();
  });
  const ready = connection !== undefined;
  useEffect(() => {
    // Pages that were opened on an earlier visit stand here still, and nobody told of their news meanwhile.
    if (edges.length > PAGE) again();
  }, [ready]);

  const end = connection?.pageInfo.endCursor ?? null;
  return {
    agents,
    total: connection?.totalCount ?? 0,
    sums: whole ? sumsOf(agents ?? []) : counted ? sumsOfAll(counted) : null,
    error,
    again,
    more: whole || end === null ? null : () => setAfter(end),
    fetching,
  };
}

function sumsOf(agents: readonly AgentCellFragment[]): Record<AgentActivity, number> {
  return sums((one) => agents.filter(({ activity }) => activity === one).length);
}

function sumsOfAll(counted: Record<AgentActivity, { totalCount: number }>): Record<AgentActivity, number> {
  return sums((activity) => counted[activity].totalCount);
}

function sums(of: (activity: AgentActivity) => number): Record<AgentActivity, number> {
  return Object.fromEntries(ACTIVITIES.map((activity) => [activity, of(activity)])) as Record<AgentActivity, number>;
}
