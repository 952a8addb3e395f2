import type { CombinedError } from 'urql';
import { graphql } from '../gql';
import type { BoardQueuesQuery } from '../gql/graphql';
import { Behind, ShowMore } from '../ui/Behind';
import { usePolling } from '../ui/usePolling';
import { useRepeated } from '../ui/useRepeated';
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
  const { data, error, again } = useRepeated({ query: BoardQueues, variables: { after } });
  usePolling(again, EVERY_MS);
  return { queues: data?.queues ?? null, error, again };
}

interface Props {
  queues: Queues;
  /** So many stand before them. */
  before: number;
  onOpen: (id: string) => void;
}

/** A page of tiles, and behind it the way to the next: a wall shows those that were asked for. */
export function QueueTiles({ queues: { nodes, pageInfo, totalCount }, before, onOpen }: Props) {
  useStatsNews(nodes.map(({ id }) => id));
  const shown = before + nodes.length;
  return (
    <>
      {nodes.map((one) => (
        <QueueTile key={one.id} queue={one} onOpen={() => onOpen(one.id)} />
      ))}
      <Behind pageInfo={pageInfo} className={styles.more} words={<Shown count={shown} total={totalCount} />}>
        {(after) => <NextTiles after={after} before={shown} total={totalCount} onOpen={onOpen} />}
      </Behind>
    </>
  );
}

interface NextProps extends Pick<Props, 'before' | 'onOpen'> {
  after: string;
  total: number;
}

function NextTiles({ after, before, total, onOpen }: NextProps) {
  const { queues, error, again } = useQueueTiles(after);
  if (queues) return <QueueTiles queues={queues} before={before} onOpen={onOpen} />;
  return <ShowMore className={styles.more} words={<Shown count={before} total={total} />} onMore={again} loading={error === undefined} />;
}

function Shown({ count, total }: { count: number; total: number }) {
  return (
    <span className={styles.quiet}>
      The first {count.toLocaleString()} of {total.toLocaleString()} queues are shown
    </span>
  );
}
