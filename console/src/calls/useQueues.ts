import { useEffect, useRef, useState } from 'react';
import { CombinedError, type RequestPolicy, type TypedDocumentNode, useClient, useQuery } from 'urql';
import { graphql } from '../gql';
import { nextOf, type QueueList, readBehind } from './queue-pages';

/** Those that take calls. */
export const LiveQueues = graphql(`
  query LiveQueues($after: String) {
    queues(first: 100, after: $after) {
      nodes {
        id
        name
        open
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

interface Page<Queue> {
  /** Counted where it is shown. */
  queues: QueueList<Queue> & { totalCount?: number };
}

type Variables = { after?: string | null; includeArchived?: boolean };

interface Options {
  includeArchived?: boolean;
  requestPolicy?: RequestPolicy;
}

interface Rest<Queue> {
  /** Where the page ends that these stand behind. */
  behind: string;
  queues: readonly Queue[];
  error?: CombinedError;
}

export interface Queues<Queue> {
  /** Null until the first come; in a large centre more come behind them. */
  queues: readonly Queue[] | null;
  totalCount: number | undefined;
  /** Of any page. What was read before it stays. */
  error: CombinedError | undefined;
  reload: (options: { requestPolicy: 'network-only' }) => void;
}

/** All queues, page by page: the platform does not search them, so whoever looks for one by name needs all names. */
export function useQueues<Queue>(
  document: TypedDocumentNode<Page<Queue>, Variables>,
  { includeArchived, requestPolicy = 'cache-first' }: Options = {},
): Queues<Queue> {
  const client = useClient();
  const [{ data, error }, execute] = useQuery<Page<Queue>, Variables>({ query: document, variables: { after: null, includeArchived }, requestPolicy });
  const [rest, setRest] = useState<Rest<Queue> | null>(null);
  const [round, setRound] = useState(0);
  const reading = useRef(false);
  const first = data?.queues ?? null;
  const end = first && nextOf(first);

  useEffect(() => {
    if (end === null) return;
    const left = new AbortController();
    const page = async (after: string) => {
      const policy = round === 0 ? requestPolicy : 'network-only';
      const answer = await client.query<Page<Queue>, Variables>(document, { after, includeArchived }, { requestPolicy: policy }).toPromise();
      if (!answer.data) throw answer.error ?? new Error('The server sent no answer.');
      return answer.data.queues;
    };
    const read = async () => {
      reading.current = true;
      try {
        const queues = await readBehind(end, page, left.signal);
        setRest({ behind: end, queues });
      } catch (fault) {
        if (left.signal.aborted) return;
        const error = fault instanceof CombinedError ? fault : new CombinedError({ networkError: fault as Error });
        setRest((before) => ({ behind: end, queues: before?.behind === end ? before.queues : [], error }));
      }
      reading.current = false;
    };
    void read();
    return () => {
      left.abort();
      reading.current = false;
    };
  }, [client, document, end, includeArchived, requestPolicy, round]);

  const reload = (options: { requestPolicy: 'network-only' }) => {
    execute(options);
    // Many pages take longer than it is until the next reload: begun anew each time, they would never be through.
    if (!reading.current) setRound((before) => before + 1);
  };
  // What was read behind another page belongs to another list.
  const behind = rest !== null && rest.behind === end ? rest : null;
  return {
    queues: first && [...first.nodes, ...(behind?.queues ?? [])],
    totalCount: first?.totalCount,
    error: error ?? behind?.error,
    reload,
  };
}
