import type { Client } from '@urql/core';
import { useEffect } from 'react';
import { useMutation, useQuery } from 'urql';
import { attempt } from '../api/attempt';
import { hear } from '../api/hear';
import { useCurrentCall, useInbox, useWorkspace } from '../app/workspace';
import { graphql } from '../gql';
import type { AgentStatus, MyselfFieldsFragment } from '../gql/graphql';

graphql(`
  fragment AgentStanding on Agent {
    id
    status
    activity
    reason
    nextStatus
    nextReason
    since
  }
`);

graphql(`
  fragment MyselfFields on Agent {
    ...AgentStanding
    currentCall {
      id
      version
      media
    }
    wrapUp {
      call {
        id
      }
      startedAt
      endsAt
      required
      extended
    }
  }
`);

const Myself = graphql(`
  query Myself {
    viewer {
      permissions
      user {
        id
        agent {
          ...MyselfFields
        }
      }
    }
  }
`);

const AgentStatusSet = graphql(`
  mutation AgentStatusSet($input: AgentStatusSetInput!) {
    agentStatusSet(input: $input) {
      agent {
        ...AgentStanding
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const OwnActivity = graphql(`
  subscription OwnActivity($after: String) {
    agentActivity(after: $after) {
      cursor
      agent {
        ...MyselfFields
      }
    }
  }
`);

/** The signed-in person as one who takes calls; null until it is known. */
export function useMyself(): MyselfFieldsFragment | null {
  const [{ data }] = useQuery({ query: Myself });
  return data?.viewer.user?.agent ?? null;
}

export function useMay(operation: string): boolean {
  const [{ data }] = useQuery({ query: Myself });
  return data?.viewer.permissions.includes(operation) ?? false;
}

/** How often those look who would be told of everybody's activity, not of their own alone. */
const EVERY_MS = 10_000;
/** The platform needs a moment from the end of a call to the wrap-up after it. */
const SOON_MS = [0, 300, 1_000, 2_500];

export async function readMyself(client: Client): Promise<void> {
  await client.query(Myself, {}, { requestPolicy: 'network-only' }).toPromise();
}

/** Keeps `useMyself` true. Stands once in the console. */
export function useMyselfNews(): void {
  const { client, socket, user } = useWorkspace();
  const told = user.role === 'AGENT';
  const { changes } = useInbox();
  const current = useCurrentCall();

  useEffect(() => {
    const read = () => void readMyself(client);
    // What is told stands in the cache by that.
    const stop = told ? hear(client, OwnActivity, { onNews: () => undefined, onGap: read }) : null;
    const timer = told ? undefined : setInterval(read, EVERY_MS);
    // Before the first news there is nothing to take up again after a lost connection.
    const leave = socket.onChange(() => socket.connected() && read());
    addEventListener('focus', read);
    return () => {
      stop?.();
      leave();
      clearInterval(timer);
      removeEventListener('focus', read);
    };
  }, [client, socket, told]);

  // Offers come and go, calls begin and end: our activity with them.
  useEffect(() => {
    let phase: string | null = null;
    let timers: ReturnType<typeof setTimeout>[] = [];
    const read = () => void readMyself(client);
    const look = () => {
      const now = current?.live.state().phase ?? null;
      if (now === phase) return;
      phase = now;
      timers.forEach(clearTimeout);
      timers = SOON_MS.map((delay) => setTimeout(read, delay));
    };
    timers = [setTimeout(read, 150)];
    const leave = current?.live.onChange(look);
    look();
    return () => {
      leave?.();
      timers.forEach(clearTimeout);
    };
  }, [client, current, changes]);
}

/** Chooses a status; while busy it is the next one. A supervisor may choose for somebody else. Tells whether it was taken. */
export function useStatusSet(): (status: AgentStatus, reason?: string | null, agentId?: string) => Promise<boolean> {
  const [, set] = useMutation(AgentStatusSet);
  return (status, reason = null, agentId) => {
    const input = { status, ...(reason === null ? {} : { reason }), ...(agentId === undefined ? {} : { agentId }) };
    return attempt(() => set({ input }), (data) => data.agentStatusSet, 'The status was not changed');
  };
}
