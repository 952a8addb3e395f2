import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../gql';
import type { ContactsToInviteQuery } from '../gql/graphql';
import { Picker } from '../ui/Picker';

const ContactsToInvite = graphql(`
  query ContactsToInvite($filter: ContactFilter) {
    contacts(first: 20, filter: $filter) {
      nodes {
        id
        name
        company {
          id
          name
        }
      }
    }
  }
`);

export type Choosable = ContactsToInviteQuery['contacts']['nodes'][number];

interface Props {
  label: string;
  value: Choosable | null;
  onValue: (contact: Choosable | null) => void;
  onSubmit: () => void;
  /** Those who are in the call already. */
  present: readonly string[];
}

/** So long one may go on typing before it is looked for. */
const PAUSE_MS = 150;

export function ContactPicker({ label, value, onValue, onSubmit, present }: Props) {
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search.trim(), PAUSE_MS);
  const [{ data, operation }] = useQuery({
    query: ContactsToInvite,
    variables: { filter: wanted === '' ? null : { search: wanted } },
    requestPolicy: 'cache-and-network',
  });
  const loading = !operation || (operation.variables.filter?.search ?? '') !== search.trim();
  const contacts = data?.contacts.nodes ?? [];
  const free = contacts.filter(({ id }) => !present.includes(id));
  // Of all whom one knows nobody is meant before something was typed.
  const first = search.trim() === '' ? null : (free[0] ?? null);
  const chosen = free.find(({ id }) => id === value?.id) ?? first;
  useEffect(() => {
    if (chosen?.id !== value?.id) onValue(chosen);
  });
  return (
    <Picker
      label={label}
      choices={contacts.map(({ id, name, company }) => ({
        id,
        name,
        blocked: present.includes(id) ? 'In this call' : null,
        aside: present.includes(id) ? 'In this call' : <span dir="auto">{company?.name}</span>,
      }))}
      loading={loading || chosen?.id !== value?.id}
      none={search === '' ? 'There are no contacts yet.' : 'Nobody is called that.'}
      search={search}
      onSearch={setSearch}
      value={chosen?.id ?? null}
      onValue={(id) => onValue(contacts.find((contact) => contact.id === id) ?? null)}
      onSubmit={onSubmit}
    />
  );
}
