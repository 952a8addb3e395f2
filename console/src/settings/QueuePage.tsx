import { Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useParams } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { useMay } from '../agents/myself';
import { LiveQueues, useQueues } from '../calls/useQueues';
import { graphql } from '../gql';
import { LinkButton } from '../ui/LinkButton';
import { Plain } from '../ui/Plain';
import { ErrorState, Missing, Rows } from '../ui/states';
import { ArchiveQueue } from './ArchiveQueue';
import { Members } from './Members';
import { QueueEditor } from './QueueEditor';
import styles from './Settings.module.css';
import { Share } from './Share';

const QueueDocument = graphql(`
  query Queue($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Queue {
        ...QueueFields
      }
    }
    outcomes(includeArchived: false) {
      id
      name
    }
  }
`);

export function QueuePage() {
  const { queueId } = useParams({ from: '/console/settings/queues/$queueId' });
  return <Queue key={queueId} id={queueId} />;
}

function Queue({ id }: { id: string }) {
  const mayChange = useMay('queueUpdate');
  const [{ data, error }, reload] = useQuery({ query: QueueDocument, variables: { id }, requestPolicy: 'cache-and-network' });
  const { queues } = useQueues(LiveQueues, { requestPolicy: 'cache-and-network' });
  const queue = data?.node?.__typename === 'Queue' ? data.node : null;
  useDocumentTitle(`${queue?.name ?? 'Queue'} · Cordboard`);
  if (error && !data) return <ErrorState error={error} retry={() => reload({ requestPolicy: 'network-only' })} />;
  if (!data) return <Rows count={10} height={48} />;
  if (!queue) {
    return (
      <Missing what="queue">
        <LinkButton variant="default" to="/settings/queues">
          To the queues
        </LinkButton>
      </Missing>
    );
  }
  return (
    <>
      <div className={styles.head}>
        <Title order={2} dir="auto">
          {queue.name}
        </Title>
        <Plain>{queue.archivedAt ? 'Archived' : queue.open ? 'Open now' : 'Closed now'}</Plain>
        {mayChange && <ArchiveQueue queue={queue} />}
      </div>
      <Share queue={queue} />
      <Members queueId={queue.id} />
      <QueueEditor
        queue={queue}
        disabled={!mayChange}
        outcomes={data.outcomes}
        others={queues?.filter((one) => one.id !== queue.id) ?? []}
      />
    </>
  );
}
