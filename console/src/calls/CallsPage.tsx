import { Chip, EmptyState, Group, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconPhone } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../gql';
import type { CallEventKind, CallState } from '../gql/graphql';
import { LinkButton } from '../ui/LinkButton';
import { More } from '../ui/More';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import { CallTable } from './CallTable';
import { useCallNews } from './news';
import { QueueChoice } from './QueueChoice';

const Calls = graphql(`
  query Calls($first: Int!, $after: String, $filter: CallFilter) {
    calls(first: $first, after: $after, filter: $filter) {
      totalCount
      edges {
        node {
          ...CallRow
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const CHOICES: readonly { state: CallState | undefined; words: string }[] = [
  { state: undefined, words: 'All' },
  { state: 'QUEUED', words: 'Waiting' },
  { state: 'RINGING', words: 'Ringing' },
  { state: 'IN_PROGRESS', words: 'In call' },
  { state: 'ENDED', words: 'Ended' },
];

/** What may move a call into a list of one state, or out of it. */
const CHANGES_STATE: readonly CallEventKind[] = ['QUEUED', 'OFFERED', 'ACCEPTED', 'CONNECTED', 'ENDED'];

export function CallsPage() {
  useDocumentTitle('Calls · Cordboard');
  const { state, queue } = useSearch({ from: '/console/calls' });
  return (
    <div className={page.page}>
      <List key={`${state ?? ''} ${queue ?? ''}`} state={state} queue={queue} />
    </div>
  );
}

function List({ state, queue }: { state: CallState | undefined; queue: string | undefined }) {
  const navigate = useNavigate();
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error, fetching, stale }, reload] = useQuery({
    query: Calls,
    variables: { first: 50, after, filter: { ...(state ? { states: [state] } : {}), ...(queue ? { queueId: queue } : {}) } },
    requestPolicy: 'cache-and-network',
  });
  useCallNews({}, (kind) => {
    // Which rows a list holds changes only then; all else the rows bring themselves.
    if (kind === 'CREATED' || (state !== undefined && CHANGES_STATE.includes(kind))) {
      reload({ requestPolicy: 'network-only' });
    }
  });
  const go = (to: CallState | undefined, of: string | undefined) =>
    void navigate({ to: '/calls', search: { ...(to ? { state: to } : {}), ...(of ? { queue: of } : {}) } });
  const connection = data?.calls;
  const calls = connection?.edges.map((edge) => edge.node) ?? [];

  return (
    <>
      <header className={page.head} data-wraps="true">
        <Title order={1}>Calls</Title>
        <span className={page.count} role="status">
          {connection?.totalCount.toLocaleString()}
        </span>
        <QueueChoice value={queue} onChange={(id) => go(state, id)} />
        <Chip.Group value={state ?? ''} onChange={(value) => go(value ? (value as CallState) : undefined, queue)}>
          <Group gap={8}>
            {CHOICES.map((choice) => (
              <Chip key={choice.words} name="state" value={choice.state ?? ''} size="xs" variant="outline">
                {choice.words}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </header>
      <div className={page.card} aria-busy={fetching || stale}>
        {error && !connection && <ErrorState error={error} retry={() => reload({ requestPolicy: 'network-only' })} />}
        {!error && !connection && <Rows count={10} />}
        {connection && calls.length === 0 && (
          <EmptyState
            p="xl"
            icon={<IconPhone />}
            title={state || queue ? 'No such calls' : 'No calls yet'}
            description="Open a contact and press Video call or Audio call."
          >
            <EmptyState.Actions>
              <LinkButton variant="default" to="/contacts">
                To the contacts
              </LinkButton>
            </EmptyState.Actions>
          </EmptyState>
        )}
        {calls.length > 0 && <CallTable calls={calls} withContact />}
        {connection?.pageInfo.hasNextPage && (
          <More onSeen={() => !fetching && setAfter(connection.pageInfo.endCursor ?? null)} />
        )}
      </div>
    </>
  );
}
