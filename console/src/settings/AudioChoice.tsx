import { type ComboboxItem, Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../gql';
import { type Named, optionsOf } from './options';

const AudioChoicesDocument = graphql(`
  query AudioChoices($search: String!) {
    audioFiles(first: 100, search: $search) {
      nodes {
        id
        name
        state
      }
    }
  }
`);

/** A file that can be played, found as one types. */
export function AudioChoice({ present, onChange, ...props }: SelectProps & { present: Named | null | undefined }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<ComboboxItem | null>(null);
  const [typed] = useDebouncedValue(text.trim(), 150);
  const set = optionsOf([], present);
  // What is chosen stands in the field, and is no search.
  const isChosen = [...set, chosen].some((one) => one?.value === props.value && one?.label === typed);
  const [{ data }] = useQuery({
    query: AudioChoicesDocument,
    variables: { search: isChosen ? '' : typed },
    requestPolicy: 'cache-and-network',
  });
  const found = optionsOf(data?.audioFiles.nodes.filter(({ state }) => state === 'READY') ?? [], present);
  const kept = chosen !== null && found.every(({ value }) => value !== chosen.value) ? [chosen] : [];
  return (
    <Select
      {...props}
      searchable
      clearable
      nothingFoundMessage="No file of that name"
      data={[...kept, ...found]}
      searchValue={text}
      onSearchChange={setText}
      onChange={(id, option) => {
        setChosen(option);
        onChange?.(id, option);
      }}
    />
  );
}
