import { ActionIcon, NativeSelect, Select, Title, Tooltip } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { Dot } from '../agents/Dot';
import { useMay } from '../agents/myself';
import { activityOf } from '../agents/words';
import { payload } from '../api/errors';
import { showFault } from '../api/show-fault';
import { graphql } from '../gql';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import styles from './Settings.module.css';

const MembersDocument = graphql(`
  query Members($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Queue {
        memberships(first: 100) {
          totalCount
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
      userErrors {
        code
        message
      }
    }
  }
`);

const TIERS = Array.from({ length: 10 }, (_, index) => String(index + 1));

/** Whom the queue rings. Changed at once, row by row. */
export function Members({ queueId }: { queueId: string }) {
  const maySet = useMay('queueMemberSet');
  const [{ data, error }, reload] = useQuery({ query: MembersDocument, variables: { id: queueId }, requestPolicy: 'cache-and-network' });
  const [, set] = useMutation(QueueMemberSet);
  const again = () => reload({ requestPolicy: 'network-only' });
  const members = data?.node?.__typename === 'Queue' ? data.node.memberships : null;

  const change = async (agentId: string, member: boolean, tier?: number) => {
    try {
      const input = { queueId, agentId, member, ...(tier === undefined ? {} : { tier }) };
      payload(await set({ input }), (result) => result.queueMemberSet);
    } catch (fault) {
      showFault(fault);
    }
    again();
  };

  return (
    <section className={page.card} aria-labelledby="members">
      <div className={page.cardHead}>
        <Title order={3} id="members">
          Agents
        </Title>
        <span className={page.count}>{members?.totalCount}</span>
      </div>
      {error && !data && <ErrorState error={error} retry={again} />}
      {!error && !members && <Rows count={3} />}
      {members?.nodes.length === 0 && <p className={styles.empty}>Nobody yet: calls wait until an agent is added.</p>}
      {members?.nodes.map(({ agent, tier }) => {
        const { words, tone } = activityOf(agent);
        return (
          <div key={agent.id} className={styles.line}>
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
                disabled={!maySet}
                onChange={(event) => void change(agent.id, true, Number(event.currentTarget.value))}
              />
            </Tooltip>
            {maySet && (
              <ActionIcon aria-label={`Remove ${agent.user.name}`} onClick={() => void change(agent.id, false)}>
                <IconX size={16} />
              </ActionIcon>
            )}
          </div>
        );
      })}
      {maySet && members && (
        <div className={styles.line}>
          <AddAgent taken={new Set(members.nodes.map(({ agent }) => agent.id))} onAdd={(agentId) => void change(agentId, true, 1)} />
        </div>
      )}
    </section>
  );
}

function AddAgent({ taken, onAdd }: { taken: ReadonlySet<string>; onAdd: (agentId: string) => void }) {
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 150);
  const [{ data }] = useQuery({ query: AgentsFound, variables: { search: search === '' ? null : search } });
  const found = (data?.agents.nodes ?? []).filter(({ id }) => !taken.has(id));
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
