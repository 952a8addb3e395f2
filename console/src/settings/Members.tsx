import { ActionIcon, NativeSelect, Select, Title, Tooltip } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { useReducer, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { Dot } from '../agents/Dot';
import { useMay } from '../agents/myself';
import { activityOf } from '../agents/words';
import { payload } from '../api/errors';
import { showFault } from '../api/show-fault';
import { graphql } from '../gql';
import type { MembersQuery } from '../gql/graphql';
import { Behind } from '../ui/Behind';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import { useRepeated } from '../ui/useRepeated';
import styles from './Settings.module.css';

const MembersDocument = graphql(`
  query Members($id: ID!, $after: String) {
    node(id: $id) {
      __typename
      id
      ... on Queue {
        memberships(first: 100, after: $after) {
          totalCount
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            tier
            agent {
              ...AgentStanding
              user {
                id
                name
              }
            }
          }
        }
      }
    }
  }
`);

const AgentsFound = graphql(`
  query AgentsFound($search: String) {
    agents(first: 20, filter: { search: $search }) {
      nodes {
        id
        user {
          id
          name
        }
        queues {
          id
        }
      }
    }
  }
`);

const QueueMemberSet = graphql(`
  mutation QueueMemberSet($input: QueueMemberSetInput!) {
    queueMemberSet(input: $input) {
      queue {
        id
      }
      agent {
        id
        queues {
          id
        }
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const TIERS = Array.from({ length: 10 }, (_, index) => String(index + 1));

type Memberships = Extract<MembersQuery['node'], { __typename: 'Queue' }>['memberships'];

/** Whom the queue rings. Changed at once, row by row. */
export function Members({ queueId }: { queueId: string }) {
  const maySet = useMay('queueMemberSet');
  const [beat, readAgain] = useReducer((count: number) => count + 1, 0);
  const { members, error } = usePage(queueId, null, beat);
  const [, set] = useMutation(QueueMemberSet);

  const change = async (agentId: string, member: boolean, tier?: number) => {
    try {
      const input = { queueId, agentId, member, ...(tier === undefined ? {} : { tier }) };
      payload(await set({ input }), (result) => result.queueMemberSet);
    } catch (fault) {
      showFault(fault);
    }
    readAgain();
  };

  return (
    <section className={page.card} aria-labelledby="members">
      <div className={page.cardHead}>
        <Title order={3} id="members">
          Agents
        </Title>
        <span className={page.count}>{members?.totalCount}</span>
      </div>
      {error && !members && <ErrorState error={error} retry={readAgain} />}
      {!error && !members && <Rows count={3} />}
      {members?.nodes.length === 0 && <p className={styles.empty}>Nobody yet: calls wait until an agent is added.</p>}
      {members && <Page members={members} queueId={queueId} beat={beat} readAgain={readAgain} change={maySet ? change : null} />}
      {maySet && members && (
        <div className={styles.line}>
          <AddAgent queueId={queueId} onAdd={(agentId) => void change(agentId, true)} />
        </div>
      )}
    </section>
  );
}

/** One page of the members. */
function usePage(queueId: string, after: string | null, beat: number) {
  const { data, error } = useRepeated({ query: MembersDocument, variables: { id: queueId, after } }, beat);
  return { members: data?.node?.__typename === 'Queue' ? data.node.memberships : null, error };
}

interface PageProps {
  members: Memberships;
  queueId: string;
  beat: number;
  readAgain: () => void;
  /** Null for those who may only look. */
  change: ((agentId: string, member: boolean, tier?: number) => Promise<void>) | null;
}

function Page({ members, ...rest }: PageProps) {
  return (
    <>
      {members.nodes.map((member) => (
        <Member key={member.agent.id} member={member} change={rest.change} />
      ))}
      <Behind pageInfo={members.pageInfo} className={styles.line}>
        {(after) => <NextPage after={after} {...rest} />}
      </Behind>
    </>
  );
}

function NextPage({ after, ...rest }: Omit<PageProps, 'members'> & { after: string }) {
  const { members, error } = usePage(rest.queueId, after, rest.beat);
  if (members) return <Page members={members} {...rest} />;
  return error ? <ErrorState error={error} retry={rest.readAgain} /> : <Rows count={3} />;
}

function Member({ member: { agent, tier }, change }: { member: Memberships['nodes'][number]; change: PageProps['change'] }) {
  const { words, tone } = activityOf(agent);
  return (
    <div className={styles.line}>
      <Dot tone={tone} />
      <span className={styles.name}>
        <bdi>{agent.user.name}</bdi> <span className={styles.quiet}>{words}</span>
      </span>
      <Tooltip label="A higher tier is asked only when nobody of a lower one is free">
        <NativeSelect
          size="xs"
          aria-label={`Tier of ${agent.user.name}`}
          data={TIERS.map((value) => ({ value, label: `Tier ${value}` }))}
          value={String(tier)}
          disabled={change === null}
          onChange={(event) => void change?.(agent.id, true, Number(event.currentTarget.value))}
        />
      </Tooltip>
      {change && (
        <ActionIcon aria-label={`Remove ${agent.user.name}`} onClick={() => void change(agent.id, false)}>
          <IconX size={16} />
        </ActionIcon>
      )}
    </div>
  );
}

function AddAgent({ queueId, onAdd }: { queueId: string; onAdd: (agentId: string) => void }) {
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 150);
  const [{ data }] = useQuery({ query: AgentsFound, variables: { search: search === '' ? null : search } });
  const found = (data?.agents.nodes ?? []).filter(({ queues }) => !queues.some(({ id }) => id === queueId));
  return (
    <Select
      size="xs"
      w={280}
      aria-label="Add an agent"
      placeholder="Add an agent"
      searchable
      // The server has searched already.
      filter={({ options }) => options}
      nothingFoundMessage="Nobody of that name"
      data={found.map(({ id, user }) => ({ value: id, label: user.name }))}
      searchValue={text}
      onSearchChange={setText}
      value={null}
      onChange={(agentId) => {
        if (agentId !== null) onAdd(agentId);
        setText('');
      }}
    />
  );
}
