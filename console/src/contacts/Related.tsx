import { ActionIcon, Title } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { useMutation } from 'urql';
import { CompanySelect } from '../companies/CompanySelect';
import { graphql } from '../gql';
import type { RelatedFieldsFragment } from '../gql/graphql';
import { attempt } from '../api/attempt';
import page from '../ui/page.module.css';
import { Face } from '../ui/Person';
import styles from './ContactPage.module.css';

graphql(`
  fragment RelatedFields on Contact {
    id
    company {
      id
      name
    }
    related(first: 5) {
      id
      name
      emails
    }
  }
`);

const ContactCompanySet = graphql(`
  mutation ContactCompanySet($input: ContactUpdateInput!) {
    contactUpdate(input: $input) {
      contact {
        ...RelatedFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

/** The company, and who else of it is known. */
export function Related({ contact }: { contact: RelatedFieldsFragment }) {
  const title = useId();
  const [, set] = useMutation(ContactCompanySet);
  const [choosing, setChoosing] = useState(false);
  const { company } = contact;
  const choose = async (companyId: string | null) => {
    const input = { contactId: contact.id, companyId };
    if (await attempt(async () => set({ input }), (result) => result.contactUpdate)) setChoosing(false);
  };
  return (
    <section className={page.card} aria-labelledby={title}>
      <div className={page.cardHead}>
        <Title order={2} id={title} className={styles.company}>
          {company ? (
            <Link to="/companies/$companyId" params={{ companyId: company.id }}>
              <bdi>{company.name}</bdi>
            </Link>
          ) : (
            'Company'
          )}
        </Title>
        <ActionIcon aria-label="Choose the company" aria-expanded={choosing} onClick={() => setChoosing(!choosing)}>
          <IconPencil size={16} />
        </ActionIcon>
      </div>
      {choosing && (
        <div className={styles.facts}>
          <CompanySelect aria-label="Company" size="xs" value={company?.id ?? null} onChange={(id) => void choose(id)} />
        </div>
      )}
      {!company && !choosing && <p className={styles.none}>No company.</p>}
      {company && contact.related.length === 0 && <p className={styles.none}>Nobody else of this company is known.</p>}
      {contact.related.map((one) => (
        <Link key={one.id} to="/contacts/$contactId" params={{ contactId: one.id }} className={styles.person}>
          <Face name={one.name} />
          <span dir="auto">{one.name}</span>
        </Link>
      ))}
    </section>
  );
}
