import { Select } from '@mantine/core';
import { graphql } from '../gql';
import { useQueues } from './useQueues';

const QueueNames = graphql(`
  query QueueNames($after: String) {
    queues(first: 100, after: $after, includeArchived: true) {
      nodes {
        id
        name
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

interface Props {
  value: string | undefined;
  onChange: (queueId: string | undefined) => void;
}

export function QueueChoice({ value, onChange }: Props) {
  const { queues } = useQueues(QueueNames);
  if (!queues || queues.length === 0) return null;
  return (
    <Select
      size="xs"
      w={200}
      ml={{ base: 0, sm: 'auto' }}
      aria-label="Queue"
      placeholder="All queues"
      clearable
      searchable
      limit={100}
      data={queues.map(({ id, name }) => ({ value: id, label: name }))}
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
    />
  );
}
