import { Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { CallTable } from '../calls/CallTable';
import styles from '../contacts/ContactPage.module.css';
import { ContactTable } from '../contacts/ContactTable';
import { graphql } from '../gql';
import { LinkButton } from '../ui/LinkButton';
import { More } from '../ui/More';
import page from '../ui/page.module.css';
import { ErrorState, Missing, Rows } from '../ui/states';

const CompanyDocument = graphql(`
  query Company($id: ID!, $after: String) {
    node(id: $id) {
      __typename
      id
      ... on Company {
        ...CompanyRow
        contacts(first: 50, after: $after) {
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
        calls(first: 10) {
          totalCount
          nodes {
            ...CallRow
          }
        }
      }
    }
  }
`);

export function CompanyPage() {
  const { companyId } = useParams({ from: '/console/companies/$companyId' });
  return <Company key={companyId} id={companyId} />;
}

function Company({ id }: { id: string }) {
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error, fetching }, reload] = useQuery({
    query: CompanyDocument,
    variables: { id, after },
    requestPolicy: 'cache-and-network',
  });
  const company = data?.node?.__typename === 'Company' ? data.node : null;
  useDocumentTitle(`${company?.name ?? 'Company'} · Cordboard`);
  if (error && !data) return <ErrorState error={error} retry={() => reload({ requestPolicy: 'network-only' })} />;
  if (!data) return <Rows count={8} height={48} />;
  if (!company) {
    return (
      <Missing what="company">
        <LinkButton variant="default" to="/companies">
          To the companies
        </LinkButton>
      </Missing>
    );
  }
  return (
    <div className={page.page}>
      <header className={page.head} data-wraps="true">
        <Title order={1} dir="auto">
          {company.name}
        </Title>
        <span className={page.count}>{[company.domain, ...company.tags].filter(Boolean).join(' · ')}</span>
      </header>
      <div className={styles.side}>
        <section className={page.card} aria-labelledby="people">
          <div className={page.cardHead}>
            <Title order={2} id="people">
              Contacts
            </Title>
            <span className={page.count}>{company.contacts.totalCount.toLocaleString()}</span>
          </div>
          {company.contacts.edges.length === 0 ? (
            <p className={styles.none}>Nobody yet. A contact’s page says which company it belongs to.</p>
          ) : (
            <ContactTable contacts={company.contacts.edges.map(({ node }) => node)} />
          )}
          {company.contacts.pageInfo.hasNextPage && (
            <More onSeen={() => !fetching && setAfter(company.contacts.pageInfo.endCursor ?? null)} />
          )}
        </section>
        <section className={page.card} aria-labelledby="calls">
          <div className={page.cardHead}>
            <Title order={2} id="calls">
              Last calls
            </Title>
            <span className={page.count}>{company.calls.totalCount.toLocaleString()}</span>
          </div>
          {company.calls.nodes.length === 0 ? (
            <p className={styles.none}>No calls yet.</p>
          ) : (
            <CallTable calls={company.calls.nodes} withContact />
          )}
        </section>
      </div>
    </div>
  );
}
