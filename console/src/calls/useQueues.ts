import { useEffect, useState } from 'react';
import { type CombinedError, type RequestPolicy, type TypedDocumentNode, useClient, useQuery } from 'urql';
import { graphql } from '../gql';

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

/** More than any centre has; whatever goes wrong, reading comes to an end. */
const MOST = 1_000;

interface Page<Queue> {
  queues: {
    nodes: readonly Queue[];
    pageInfo: { hasNextPage: boolean; endCursor?: string | null };
  };
}

type Variables = { after?: string | null; includeArchived?: boolean };

interface Options {
  includeArchived?: boolean;
  requestPolicy?: RequestPolicy;
}

export interface Queues<Queue> {
  /** Null until the first come; in a large centre more come behind them. */
  queues: readonly Queue[] | null;
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
  const [rest, setRest] = useState<{ behind: string; queues: Queue[] } | null>(null);
  const [round, setRound] = useState(0);
  const first = data?.queues ?? null;
  const end = first && nextOf(first);

  useEffect(() => {
    if (end === null) return;
    let over = false;
    const read = async () => {
      const queues: Queue[] = [];
      let after: string | null = end;
      while (after !== null && queues.length < MOST) {
        const policy = round === 0 ? requestPolicy : 'network-only';
        const answer: { data?: Page<Queue> | undefined } = await client
          .query<Page<Queue>, Variables>(document, { after, includeArchived }, { requestPolicy: policy })
          .toPromise();
        if (over) return;
        queues.push(...(answer.data?.queues.nodes ?? []));
        after = answer.data ? nextOf(answer.data.queues) : null;
      }
      setRest({ behind: end, queues });
    };
    void read();
    return () => {
      over = true;
    };
  }, [client, document, end, includeArchived, requestPolicy, round]);

  const reload = (options: { requestPolicy: 'network-only' }) => {
    execute(options);
    setRound((before) => before + 1);
  };
  // What was read behind another page belongs to another list.
  const behind = rest !== null && rest.behind === end ? rest.queues : [];
  return { queues: first && [...first.nodes, ...behind], error, reload };
}

function nextOf({ pageInfo }: Page<unknown>['queues']): string | null {
  return pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
}
