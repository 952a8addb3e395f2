import { Select } from '@mantine/core';
import { useQuery } from 'urql';
import { graphql } from '../gql';

const QueueNames = graphql(`
  query QueueNames {
    queues(first: 100, includeArchived: true) {
      nodes {
        id
        name
      }
    }
  }
`);

interface Props {
  value: string | undefined;
  onChange: (queueId: string | undefined) => void;
}

export function QueueChoice({ value, onChange }: Props) {
  const [{ data }] = useQuery({ query: QueueNames });
  const queues = data?.queues.nodes ?? [];
  if (queues.length === 0) return null;
  return (
    <Select
      size="xs"
      w={200}
      ml={{ base: 0, sm: 'auto' }}
      aria-label="Queue"
      placeholder="All queues"
      clearable
      searchable
      data={queues.map(({ id, name }) => ({ value: id, label: name }))}
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
    />
  );
}
