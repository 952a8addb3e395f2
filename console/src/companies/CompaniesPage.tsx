import { Button, EmptyState, Table, Title } from '@mantine/core';
import { useDebouncedValue, useDocumentTitle } from '@mantine/hooks';
import { IconBuilding, IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import contacts from '../contacts/ContactTable.module.css';
import { graphql } from '../gql';
import { Filter } from '../ui/Filter';
import { More } from '../ui/More';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import { CompanyCreate } from './CompanyCreate';

graphql(`
  fragment CompanyRow on Company {
    id
    name
    domain
    tags
  }
`);

const Companies = graphql(`
  query Companies($first: Int!, $after: String, $filter: CompanyFilter) {
    companies(first: $first, after: $after, filter: $filter) {
      totalCount
      edges {
        node {
          ...CompanyRow
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export function CompaniesPage() {
  useDocumentTitle('Companies · Cordboard');
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 150);
  const [creating, setCreating] = useState(false);
  return (
    <div className={page.page}>
      <header className={page.head} data-wraps="true">
        <Title order={1}>Companies</Title>
        <Filter label="Find a company" value={text} onChange={setText} />
        <Button ml="auto" leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
          New company
        </Button>
      </header>
      <List key={search} search={search} />
      <CompanyCreate opened={creating} onClose={() => setCreating(false)} name={search} />
    </div>
  );
}

function List({ search }: { search: string }) {
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error, fetching }, reload] = useQuery({
    query: Companies,
    variables: { first: 50, after, filter: search === '' ? null : { search } },
    requestPolicy: 'cache-and-network',
  });
  const connection = data?.companies;
  const companies = connection?.edges.map(({ node }) => node) ?? [];
  return (
    <div className={page.card}>
      {error && !connection && <ErrorState error={error} retry={() => reload({ requestPolicy: 'network-only' })} />}
      {!error && !connection && <Rows count={10} />}
      {connection && companies.length === 0 && (
        <EmptyState
          p="xl"
          icon={<IconBuilding />}
          title={search === '' ? 'No companies yet' : <span dir="auto">No company matches “{search}”</span>}
          description="A company holds its contacts together: whoever of it calls, its other people stand beside."
        />
      )}
      {companies.length > 0 && (
        <Table className={contacts.table} highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th className={contacts.wide}>Domain</Table.Th>
              <Table.Th className={contacts.widest}>Tags</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {companies.map((company) => (
              <Table.Tr key={company.id} className={contacts.row}>
                <Table.Td>
                  <Link to="/companies/$companyId" params={{ companyId: company.id }} className={contacts.name}>
                    <span className={contacts.cut} dir="auto" title={company.name}>
                      {company.name}
                    </span>
                  </Link>
                </Table.Td>
                <Table.Td className={contacts.wide}>{company.domain ?? '–'}</Table.Td>
                <Table.Td className={contacts.widest}>{company.tags.join(', ')}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {connection?.pageInfo.hasNextPage && <More onSeen={() => !fetching && setAfter(connection.pageInfo.endCursor ?? null)} />}
    </div>
  );
}
