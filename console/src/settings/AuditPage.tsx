import { Button, Chip, EmptyState, Group, Select, Table, Title } from '@mantine/core';
import { useDebouncedValue, useDocumentTitle } from '@mantine/hooks';
import { IconShieldCheck, IconX } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { otherSide } from '../calls/words';
import { graphql } from '../gql';
import type { AuditRowFragment } from '../gql/graphql';
import { More } from '../ui/More';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import { When } from '../ui/Time';
import type { AuditSearch } from './audit-search';
import { ACTIONS, auditWords } from './audit-words';
import styles from './Settings.module.css';

graphql(`
  fragment AuditRow on AuditEntry {
    id
    at
    action
    actor {
      id
      name
    }
    call {
      id
      contact {
        id
        name
      }
      legs {
        id
        role
        name
      }
    }
    subject {
      __typename
      id
      ... on Agent {
        user {
          id
          name
        }
      }
      ... on Queue {
        name
      }
      ... on Contact {
        name
      }
    }
    details {
      name
      value
    }
  }
`);

const AuditLogDocument = graphql(`
  query AuditLog($after: String, $filter: AuditFilter) {
    auditLog(first: 50, after: $after, filter: $filter) {
      totalCount
      edges {
        node {
          ...AuditRow
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** What supervisors and administrators did to the calls and the status of others, and who said who a caller is; nobody can change it. */
export function AuditPage() {
  useDocumentTitle('Audit · Cordboard');
  const search = useSearch({ from: '/console/settings/audit' });
  return <Log key={`${search.action ?? ''} ${search.actor ?? ''} ${search.call ?? ''}`} search={search} />;
}

function Log({ search }: { search: AuditSearch }) {
  const { action, actor, call } = search;
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error, fetching }, reload] = useQuery({
    query: AuditLogDocument,
    variables: { after, filter: { ...(action && { action }), ...(actor && { actorId: actor }), ...(call && { callId: call }) } },
    requestPolicy: 'cache-and-network',
  });
  const connection = data?.auditLog;
  const entries = connection?.edges.map(({ node }) => node) ?? [];
  const filtered = Boolean(action || actor || call);
  return (
    <>
      <div className={styles.head}>
        <Title order={2}>Audit</Title>
        <span className={page.count} role="status">
          {connection?.totalCount.toLocaleString()}
        </span>
        <Person search={search} />
      </div>
      <p className={styles.note}>Whoever looks into a call of others, takes it, moves it or ends it, sets somebody’s status, or says who a caller is, stands here. Nobody can change it.</p>
      <Actions search={search} />
      <div className={page.card} aria-busy={fetching}>
        {error && !connection && <ErrorState error={error} retry={() => reload({ requestPolicy: 'network-only' })} />}
        {!error && !connection && <Rows count={10} />}
        {connection && entries.length === 0 && (
          <EmptyState
            p="xl"
            icon={<IconShieldCheck />}
            title={filtered ? 'Nothing like that' : 'Nothing yet'}
            description={filtered ? 'No act passes these filters.' : 'The first time that a supervisor acts upon the work of others, it stands here.'}
          />
        )}
        {entries.length > 0 && <Entries entries={entries} />}
        {connection?.pageInfo.hasNextPage && <More onSeen={() => !fetching && setAfter(connection.pageInfo.endCursor ?? null)} />}
      </div>
    </>
  );
}

function Entries({ entries }: { entries: AuditRowFragment[] }) {
  return (
    <Table className={styles.log}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Who</Table.Th>
          <Table.Th>What</Table.Th>
          <Table.Th>Call with</Table.Th>
          <Table.Th>When</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {entries.map((entry) => (
          <Table.Tr key={entry.id}>
            <Table.Td>
              <bdi>{entry.actor.name}</bdi>
            </Table.Td>
            <Table.Td>{auditWords(entry)}</Table.Td>
            <Table.Td data-none={entry.call == null}>
              {entry.call ? (
                <Link to="/calls/$callId" params={{ callId: entry.call.id }}>
                  <bdi>{otherSide(entry.call)}</bdi>
                </Link>
              ) : (
                '–'
              )}
            </Table.Td>
            <Table.Td c="dimmed">
              <When at={entry.at} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Actions({ search }: { search: AuditSearch }) {
  const navigate = useNavigate();
  const go = (next: AuditSearch) => void navigate({ to: '/settings/audit', search: next });
  const { action, ...rest } = search;
  const { call, ...anyCall } = search;
  return (
    <Group gap={8}>
      <Chip.Group value={action ?? ''} onChange={(value) => go(value === '' ? rest : { ...rest, action: value as keyof typeof ACTIONS })}>
        <Chip name="action" value="" size="xs" variant="outline">
          All
        </Chip>
        {(Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]).map((one) => (
          <Chip key={one} name="action" value={one} size="xs" variant="outline">
            {ACTIONS[one]}
          </Chip>
        ))}
      </Chip.Group>
      {call && (
        <Button size="compact-xs" variant="default" rightSection={<IconX size={12} aria-hidden="true" />} onClick={() => go(anyCall)}>
          One call only
        </Button>
      )}
    </Group>
  );
}

const PeopleDocument = graphql(`
  query AuditPeople($search: String) {
    agents(first: 100, filter: { search: $search }) {
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

const PersonDocument = graphql(`
  query AuditPerson($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on User {
        name
      }
    }
  }
`);

/** Those who can have done something, found as one types. */
function Person({ search }: { search: AuditSearch }) {
  const navigate = useNavigate();
  const { actor, ...rest } = search;
  const [text, setText] = useState('');
  const [sought] = useDebouncedValue(text.trim(), 150);
  const [{ data: named }] = useQuery({ query: PersonDocument, variables: { id: actor ?? '' }, pause: actor === undefined });
  const name = actor !== undefined && named?.node?.__typename === 'User' ? named.node.name : null;
  // Whoever is chosen stands in the field, and is no search.
  const [{ data }] = useQuery({ query: PeopleDocument, variables: { search: sought === '' || sought === name ? null : sought } });
  const found = data?.agents.nodes.map(({ user: { id, name } }) => ({ value: id, label: name })) ?? [];
  // Whoever is chosen has a name, also where others are found.
  const chosen = actor !== undefined && name !== null && found.every(({ value }) => value !== actor) ? [{ value: actor, label: name }] : [];
  return (
    <Select
      size="xs"
      w={200}
      ml="auto"
      aria-label="By whom"
      placeholder="By anybody"
      clearable
      searchable
      nothingFoundMessage="Nobody of that name"
      data={[...chosen, ...found]}
      searchValue={text}
      onSearchChange={setText}
      value={actor ?? null}
      onChange={(id) => void navigate({ to: '/settings/audit', search: id === null ? rest : { ...rest, actor: id } })}
    />
  );
}
