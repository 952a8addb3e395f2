import { Anchor, Badge, DataList, Title } from '@mantine/core';
import { useId } from 'react';
import { graphql } from '../gql';
import type { ContactFactsFieldsFragment } from '../gql/graphql';
import page from '../ui/page.module.css';
import { When } from '../ui/Time';
import styles from './ContactPage.module.css';

graphql(`
  fragment ContactFactsFields on Contact {
    id
    emails
    phones
    tags
    timeZone
    createdAt
    archivedAt
    owner {
      id
      name
    }
    attributes {
      name
      value
    }
  }
`);

export function ContactFacts({ contact }: { contact: ContactFactsFieldsFragment }) {
  const title = useId();
  return (
    <section className={page.card} aria-labelledby={title}>
      <div className={page.cardHead}>
        <Title order={2} id={title}>
          Facts
        </Title>
        {contact.archivedAt && <Badge color="gray">Archived</Badge>}
      </div>
      <DataList className={styles.facts} labelWidth="88px" gap={8}>
        <Fact name="E-mail">
          {contact.emails.map((email) => (
            <Anchor key={email} href={`mailto:${email}`} display="block">
              {email}
            </Anchor>
          ))}
        </Fact>
        <Fact name="Phone">
          {contact.phones.map((phone) => (
            <Anchor key={phone} href={`tel:${phone}`} display="block">
              {phone}
            </Anchor>
          ))}
        </Fact>
        {contact.timeZone && <Fact name="Local time">{localTime(contact.timeZone)}</Fact>}
        {contact.owner && <Fact name="Owner">{contact.owner.name}</Fact>}
        {contact.tags.length > 0 && (
          <Fact name="Tags">
            {contact.tags.map((tag) => (
              <Badge key={tag} variant="default" radius="sm" tt="none" fw={400} mr={4}>
                {tag}
              </Badge>
            ))}
          </Fact>
        )}
        {contact.attributes.map(({ name, value }) => (
          <Fact key={name} name={name}>
            <span dir="auto">{value}</span>
          </Fact>
        ))}
        <Fact name="Added">
          <When at={contact.createdAt} />
        </Fact>
      </DataList>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  const empty = Array.isArray(children) && children.length === 0;
  return (
    <DataList.Item>
      <DataList.ItemLabel>{name}</DataList.ItemLabel>
      <DataList.ItemValue>{empty ? '–' : children}</DataList.ItemValue>
    </DataList.Item>
  );
}

/** Whether it is a decent hour to call. */
function localTime(timeZone: string): string {
  try {
    const time = new Intl.DateTimeFormat(undefined, { timeZone, hour: '2-digit', minute: '2-digit' }).format(new Date());
    return `${time} (${timeZone})`;
  } catch {
    // A zone newer than this browser's list.
    return timeZone;
  }
}
