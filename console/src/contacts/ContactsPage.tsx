import { Button, EmptyState, Title } from '@mantine/core';
import { useDocumentTitle, useHotkeys } from '@mantine/hooks';
import { IconAddressBook, IconPlus, IconSearchOff } from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { useCurrentCall } from '../app/workspace';
import { graphql } from '../gql';
import { More } from '../ui/More';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import { ContactCreate } from './ContactCreate';
import { ContactTable } from './ContactTable';

const Contacts = graphql(`
  query Contacts($first: Int!, $after: String, $filter: ContactFilter) {
    contacts(first: $first, after: $after, filter: $filter) {
      totalCount
      edges {
        node {
          ...ContactRow
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export function ContactsPage() {
  useDocumentTitle('Contacts · Cordboard');
  const { q } = useSearch({ from: '/console/contacts' });
  const [creating, setCreating] = useState(false);
  const current = useCurrentCall();
  // In a call the key belongs to its note.
  useHotkeys([['n', () => current === null && setCreating(true)]]);
  return (
    <div className={page.page}>
      {/* A new search begins at the first page. */}
      <List key={q ?? ''} search={q} onCreate={() => setCreating(true)} />
      <ContactCreate opened={creating} onClose={() => setCreating(false)} name={q} />
    </div>
  );
}

function List({ search, onCreate }: { search: string | undefined; onCreate: () => void }) {
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error, fetching, stale }, reload] = useQuery({
    query: Contacts,
    variables: { first: 50, after, filter: search === undefined ? null : { search } },
    requestPolicy: 'cache-and-network',
  });
  const connection = data?.contacts;
  const contacts = connection?.edges.map((edge) => edge.node) ?? [];

  return (
    <>
      <header className={page.head}>
        <Title order={1}>Contacts</Title>
        <span className={page.count} role="status">
          {connection && `${connection.totalCount.toLocaleString()}${search === undefined ? '' : ' found'}`}
        </span>
        <Button ml="auto" leftSection={<IconPlus size={16} />} onClick={onCreate}>
          New contact
        </Button>
      </header>
      <div className={page.card} aria-busy={fetching || stale}>
        {error && !connection && <ErrorState error={error} retry={() => reload({ requestPolicy: 'network-only' })} />}
        {!error && !connection && <Rows count={12} height={45} />}
        {connection && contacts.length === 0 && <Nobody search={search} onCreate={onCreate} />}
        {contacts.length > 0 && <ContactTable contacts={contacts} />}
        {connection?.pageInfo.hasNextPage && (
          <More onSeen={() => !fetching && setAfter(connection.pageInfo.endCursor ?? null)} />
        )}
      </div>
    </>
  );
}

function Nobody({ search, onCreate }: { search: string | undefined; onCreate: () => void }) {
  return search === undefined ? (
    <EmptyState
      p="xl"
      icon={<IconAddressBook />}
      title="No contacts yet"
      description="The people you call stand here, with their calls and open tasks."
    >
      <EmptyState.Actions>
        <Button onClick={onCreate}>Add the first contact</Button>
      </EmptyState.Actions>
    </EmptyState>
  ) : (
    <EmptyState
      p="xl"
      icon={<IconSearchOff />}
      title={<span dir="auto">Nobody matches “{search}”</span>}
      description="Search by name, e-mail or phone number."
    >
      <EmptyState.Actions>
        <Button variant="default" onClick={onCreate}>
          Add as a new contact
        </Button>
      </EmptyState.Actions>
    </EmptyState>
  );
}
