import { useEffect, useState } from 'react';
import { explain } from '../api/errors';
import { useQueues } from '../calls/useQueues';
import { graphql } from '../gql';
import type { TransferQueuesQuery } from '../gql/graphql';
import { Picker } from '../ui/Picker';
import { usePolling } from '../ui/usePolling';
import { queueWords } from './queue-words';

const TransferQueues = graphql(`
  query TransferQueues($after: String) {
    queues(first: 100, after: $after) {
      nodes {
        id
        name
        open
        stats {
          queue {
            id
          }
          waiting
          available
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export type Destination = TransferQueuesQuery['queues']['nodes'][number];

const LOOK_MS = 3_000;

interface Props {
  value: Destination | null;
  onValue: (queue: Destination | null) => void;
  onSubmit: (other: boolean) => void;
}

/** Queues that are open, with what awaits a call there. */
export function QueuePicker({ value, onValue, onSubmit }: Props) {
  const [search, setSearch] = useState('');
  const { queues: all, error, reload } = useQueues(TransferQueues, { requestPolicy: 'cache-and-network' });
  usePolling(reload, LOOK_MS);
  const wanted = search.trim().toLocaleLowerCase();
  const queues = (all ?? [])
    .filter(({ name }) => name.toLocaleLowerCase().includes(wanted))
    .sort((one, other) => Number(other.open) - Number(one.open) || one.name.localeCompare(other.name));
  const chosen = queues.find(({ id, open }) => id === value?.id && open) ?? queues.find(({ open }) => open) ?? null;
  useEffect(() => {
    if (chosen?.id !== value?.id) onValue(chosen);
  });
  return (
    <Picker
      label="Search queues"
      choices={queues.map((queue) => ({
        id: queue.id,
        name: queue.name,
        blocked: queue.open ? null : 'Closed',
        aside: queueWords(queue.open, queue.stats),
      }))}
      loading={(!all && !error) || chosen?.id !== value?.id}
      none={error ? explain(error) : search === '' ? 'There are no queues yet.' : 'No queue is called that.'}
      search={search}
      onSearch={setSearch}
      value={chosen?.id ?? null}
      onValue={(id) => onValue(queues.find((queue) => queue.id === id) ?? null)}
      onSubmit={onSubmit}
    />
  );
}
