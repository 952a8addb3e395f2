import { Chip, EmptyState, Group, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconRecordMail } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { useMyself } from '../agents/myself';
import { QueueChoice } from '../calls/QueueChoice';
import { graphql } from '../gql';
import type { VoicemailRowFragment } from '../gql/graphql';
import { More } from '../ui/More';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import { withOpen } from './listening';
import { voicemailNews } from './news';
import { OwnGreeting } from './OwnGreeting';
import type { VoicemailSearch } from './search';
import styles from './Voicemail.module.css';
import { VoicemailItem } from './VoicemailItem';

const VoicemailsDocument = graphql(`
  query Voicemails($after: String, $filter: VoicemailFilter) {
    voicemails(first: 50, after: $after, filter: $filter) {
      totalCount
      edges {
        node {
          ...VoicemailRow
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** The messages that callers left for oneself and one's queues. */
export function VoicemailPage() {
  useDocumentTitle('Voicemail · Cordboard');
  const search = useSearch({ from: '/console/voicemail' });
  const { queue, show } = search;
  return (
    <div className={page.page}>
      <List key={`${show ?? ''} ${queue ?? ''}`} search={search} />
    </div>
  );
}

function List({ search }: { search: VoicemailSearch }) {
  const navigate = useNavigate();
  const myself = useMyself();
  const { queue, show, open } = search;
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error, fetching }, reload] = useQuery({
    query: VoicemailsDocument,
    variables: {
      after,
      filter: {
        ...(queue && { queueId: queue }),
        ...(show === 'unheard' && { unheard: true }),
        ...(show === 'mine' && myself && { agentId: myself.id }),
      },
    },
    pause: show === 'mine' && !myself,
    requestPolicy: 'cache-and-network',
  });
  useEffect(() => voicemailNews(() => reload({ requestPolicy: 'network-only' })), [reload]);
  const go = (next: VoicemailSearch) => void navigate({ to: '/voicemail', search: next, replace: true });
  const { open: _open, ...filters } = search;
  const connection = data?.voicemails;
  const before = useRef<readonly VoicemailRowFragment[]>([]);
  const messages = withOpen(connection?.edges.map(({ node }) => node) ?? [], before.current, open);
  useEffect(() => {
    before.current = messages;
  });
  return (
    <>
      <header className={page.head} data-wraps="true">
        <Title order={1}>Voicemail</Title>
        <span className={page.count} role="status">
          {connection?.totalCount.toLocaleString()}
        </span>
        <QueueChoice
          value={queue}
          onChange={(id) => {
            const { queue: _queue, ...rest } = filters;
            go(id ? { ...rest, queue: id } : rest);
          }}
        />
        <Chip.Group
          value={show ?? ''}
          onChange={(value) => {
            const { show: _show, ...rest } = filters;
            go(value === '' ? rest : { ...rest, show: value as 'unheard' | 'mine' });
          }}
        >
          <Group gap={8}>
            <Chip name="show" value="" size="xs" variant="outline">
              All
            </Chip>
            <Chip name="show" value="unheard" size="xs" variant="outline">
              Not heard
            </Chip>
            <Chip name="show" value="mine" size="xs" variant="outline">
              For me
            </Chip>
          </Group>
        </Chip.Group>
        <OwnGreeting />
      </header>
      <div className={page.card} aria-busy={fetching}>
        {error && !connection && <ErrorState error={error} retry={() => reload({ requestPolicy: 'network-only' })} />}
        {!error && !connection && <Rows count={8} height={48} />}
        {connection && messages.length === 0 && <Nothing filtered={Boolean(queue || show)} />}
        {connection && open && !messages.some(({ id }) => id === open) && <Linked id={open} onClose={() => go(filters)} />}
        {messages.length > 0 && (
          <ul className={styles.list}>
            {messages.map((voicemail) => (
              <VoicemailItem
                key={voicemail.id}
                voicemail={voicemail}
                open={open === voicemail.id}
                onOpen={(opened) => go(opened ? { ...filters, open: voicemail.id } : filters)}
              />
            ))}
          </ul>
        )}
        {connection?.pageInfo.hasNextPage && <More onSeen={() => !fetching && setAfter(connection.pageInfo.endCursor ?? null)} />}
      </div>
    </>
  );
}

const VoicemailDocument = graphql(`
  query Voicemail($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Voicemail {
        ...VoicemailRow
      }
    }
  }
`);

/** The message of a notification or a task, wherever it stands in the list. */
function Linked({ id, onClose }: { id: string; onClose: () => void }) {
  const [{ data }] = useQuery({ query: VoicemailDocument, variables: { id } });
  const voicemail = data?.node?.__typename === 'Voicemail' ? data.node : null;
  if (!voicemail) return null;
  return (
    <ul className={styles.list}>
      <VoicemailItem voicemail={voicemail} open onOpen={onClose} />
    </ul>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  return (
    <EmptyState
      p="xl"
      icon={<IconRecordMail />}
      title={filtered ? 'No such messages' : 'No messages'}
      description={filtered ? 'No message passes these filters.' : 'Who calls a queue that is closed or busy can leave a message, where the queue’s settings allow it. It stands here until somebody heard it, and after.'}
    />
  );
}
