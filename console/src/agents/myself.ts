import { notifications } from '@mantine/notifications';
import type { Client } from '@urql/core';
import { useEffect } from 'react';
import { useMutation, useQuery } from 'urql';
import { explain, payload } from '../api/errors';
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

/** The signed-in person as one who takes calls; null until it is known. */
export function useMyself(): MyselfFieldsFragment | null {
  const [{ data }] = useQuery({ query: Myself });
  return data?.viewer.user?.agent ?? null;
}

export function useMay(operation: string): boolean {
  const [{ data }] = useQuery({ query: Myself });
  return data?.viewer.permissions.includes(operation) ?? false;
}

/** How often we look without being told: a supervisor or a timer may have changed us. */
const EVERY_MS = 10_000;
/** The platform needs a moment from the end of a call to the wrap-up after it. */
const SOON_MS = [0, 300, 1_000, 2_500];

export async function readMyself(client: Client): Promise<void> {
  await client.query(Myself, {}, { requestPolicy: 'network-only' }).toPromise();
}

/** Keeps `useMyself` true. Stands once in the console. */
export function useMyselfNews(): void {
  const { client } = useWorkspace();
  const { changes } = useInbox();
  const current = useCurrentCall();

  useEffect(() => {
    const read = () => void readMyself(client);
    const timer = setInterval(read, EVERY_MS);
    addEventListener('focus', read);
    return () => {
      clearInterval(timer);
      removeEventListener('focus', read);
    };
  }, [client]);

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

/** Chooses a status; while busy it is the next one. A supervisor may choose for somebody else. */
export function useStatusSet(): (status: AgentStatus, reason?: string | null, agentId?: string) => Promise<void> {
  const [, set] = useMutation(AgentStatusSet);
  return async (status, reason = null, agentId) => {
    try {
      const input = { status, ...(reason === null ? {} : { reason }), ...(agentId === undefined ? {} : { agentId }) };
      payload(await set({ input }), (data) => data.agentStatusSet);
    } catch (error) {
      notifications.show({ color: 'red', title: 'The status was not changed', message: explain(error) });
    }
  };
}
