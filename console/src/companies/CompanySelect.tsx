import { Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../gql';

const CompaniesFound = graphql(`
  query CompaniesFound($search: String) {
    companies(first: 20, filter: { search: $search }) {
      edges {
        node {
          id
          name
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** One of the companies, found as one types. */
export function CompanySelect(props: Omit<SelectProps, 'data'>) {
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 150);
  const [{ data }] = useQuery({ query: CompaniesFound, variables: { search: search === '' ? null : search } });
  const found = data?.companies.edges.map(({ node }) => ({ value: node.id, label: node.name })) ?? [];
  return (
    <Select
      searchable
      clearable
      placeholder="None"
      nothingFoundMessage="No company of that name"
      data={found}
      searchValue={text}
      onSearchChange={setText}
      {...props}
    />
  );
}
