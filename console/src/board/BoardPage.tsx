import { EmptyState, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconLayoutDashboard } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { graphql } from '../gql';
import { LinkButton } from '../ui/LinkButton';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import { usePolling } from '../ui/usePolling';
import { AgentGrid } from './AgentGrid';
import styles from './Board.module.css';
import { Fleet } from './Fleet';
import { useStatsNews } from './news';
import { QueueTile } from './QueueTile';
import { RunningCalls } from './RunningCalls';
import { Waiting } from './Waiting';

const BoardDocument = graphql(`
  query Board {
    queues(first: 100) {
      nodes {
        ...QueueTileFields
      }
    }
  }
`);

/** News come by themselves; this finds queues that are new. */
const EVERY_MS = 30_000;

export function BoardPage() {
  useDocumentTitle('Board · Cordboard');
  const { queue } = useSearch({ from: '/console/board' });
  const navigate = useNavigate();
  const [{ data, error }, reload] = useQuery({ query: BoardDocument, requestPolicy: 'cache-and-network' });
  useStatsNews();
  usePolling(reload, EVERY_MS);

  if (error && !data) return <ErrorState error={error} retry={() => reload({ requestPolicy: 'network-only' })} />;
  const show = (id: string | undefined) => void navigate({ to: '/board', search: id ? { queue: id } : {} });
  return (
    <div className={styles.board}>
      <header className={page.head}>
        <Title order={1}>Board</Title>
        <span className={page.count}>Today</span>
      </header>
      {!data && <Rows count={6} height={120} />}
      {data?.queues.nodes.length === 0 && (
        <EmptyState
          p="xl"
          icon={<IconLayoutDashboard />}
          title="No queues yet"
          description="A queue takes calls in and rings its agents. Its numbers stand here."
        >
          <EmptyState.Actions>
            <LinkButton variant="default" to="/settings/queues">
              Set up a queue
            </LinkButton>
          </EmptyState.Actions>
        </EmptyState>
      )}
      {data && (
        <>
          <section className={styles.tiles} aria-label="Queues">
            {data.queues.nodes.map((one) => (
              <QueueTile key={one.id} queue={one} onOpen={() => show(one.id)} />
            ))}
          </section>
          <RunningCalls />
          <AgentGrid />
        </>
      )}
      <Fleet />
      <Waiting queueId={queue ?? null} onClose={() => show(undefined)} />
    </div>
  );
}
