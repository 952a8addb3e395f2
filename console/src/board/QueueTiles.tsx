import { Button } from '@mantine/core';
import { useState } from 'react';
import { type CombinedError, useQuery } from 'urql';
import { graphql } from '../gql';
import type { BoardQueuesQuery } from '../gql/graphql';
import { usePolling } from '../ui/usePolling';
import styles from './Board.module.css';
import { useStatsNews } from './news';
import { QueueTile } from './QueueTile';

const BoardQueues = graphql(`
  query BoardQueues($after: String) {
    queues(first: 100, after: $after) {
      totalCount
      nodes {
        ...QueueTileFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** News of the queues shown come by themselves; this finds queues that are new. */
const EVERY_MS = 30_000;

type Queues = BoardQueuesQuery['queues'];

/** A page of the queues, behind a cursor; null until it comes. */
export function useQueueTiles(after: string | null): { queues: Queues | null; error: CombinedError | undefined; again: () => void } {
  const [{ data, error }, reload] = useQuery({ query: BoardQueues, variables: { after }, requestPolicy: 'cache-and-network' });
  usePolling(reload, EVERY_MS);
  return { queues: data?.queues ?? null, error, again: () => reload({ requestPolicy: 'network-only' }) };
}

interface Props {
  queues: Queues;
  /** So many stand before them. */
  before: number;
  onOpen: (id: string) => void;
}

/** A page of tiles, and behind it the way to the next: a wall shows those that were asked for. */
export function QueueTiles({ queues: { nodes, pageInfo, totalCount }, before, onOpen }: Props) {
  const [more, setMore] = useState(false);
  useStatsNews(nodes.map(({ id }) => id));
  const shown = before + nodes.length;
  const end = pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
  return (
    <>
      {nodes.map((one) => (
        <QueueTile key={one.id} queue={one} onOpen={() => onOpen(one.id)} />
      ))}
      {end !== null && more && <NextTiles after={end} before={shown} total={totalCount} onOpen={onOpen} />}
      {end !== null && !more && <ShowMore shown={shown} total={totalCount} onMore={() => setMore(true)} />}
    </>
  );
}

interface NextProps extends Pick<Props, 'before' | 'onOpen'> {
  after: string;
  total: number;
}

function NextTiles({ after, before, total, onOpen }: NextProps) {
  const { queues, error, again } = useQueueTiles(after);
  if (!queues) return <ShowMore shown={before} total={total} onMore={again} loading={error === undefined} />;
  return <QueueTiles queues={queues} before={before} onOpen={onOpen} />;
}

function ShowMore({ shown, total, onMore, loading = false }: { shown: number; total: number; onMore: () => void; loading?: boolean }) {
  return (
    <div className={styles.more}>
      <Button size="xs" variant="default" onClick={onMore} loading={loading}>
        Show more
      </Button>
      <span className={styles.quiet}>
        The first {shown.toLocaleString()} of {total.toLocaleString()} queues are shown
      </span>
    </div>
  );
}
