import { EmptyState, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconLayoutDashboard } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { LinkButton } from '../ui/LinkButton';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import { AgentGrid } from './AgentGrid';
import styles from './Board.module.css';
import { Fleet } from './Fleet';
import { QueueTiles, useQueueTiles } from './QueueTiles';
import { RunningCalls } from './RunningCalls';
import { Waiting } from './Waiting';

export function BoardPage() {
  useDocumentTitle('Board · Cordboard');
  const { queue } = useSearch({ from: '/console/board' });
  const navigate = useNavigate();
  const { queues, error, again } = useQueueTiles(null);

  if (error && !queues) return <ErrorState error={error} retry={again} />;
  const show = (id: string | undefined) => void navigate({ to: '/board', search: id ? { queue: id } : {} });
  return (
    <div className={styles.board}>
      <header className={page.head}>
        <Title order={1}>Board</Title>
        <span className={page.count}>Today</span>
      </header>
      {!queues && <Rows count={6} height={120} />}
      {queues?.nodes.length === 0 && (
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
      {queues && (
        <>
          <section className={styles.tiles} aria-label="Queues">
            <QueueTiles queues={queues} before={0} onOpen={show} />
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
