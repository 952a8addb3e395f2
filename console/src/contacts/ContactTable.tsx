import { Badge, Table } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { graphql } from '../gql';
import type { ContactRowFragment } from '../gql/graphql';
import { Face } from '../ui/Person';
import { When } from '../ui/Time';
import styles from './ContactTable.module.css';

graphql(`
  fragment ContactRow on Contact {
    id
    name
    emails
    phones
    tags
    updatedAt
  }
`);

export function ContactTable({ contacts }: { contacts: ContactRowFragment[] }) {
  return (
    <Table className={styles.table} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Name</Table.Th>
          <Table.Th className={styles.wide}>E-mail</Table.Th>
          <Table.Th className={styles.wide}>Phone</Table.Th>
          <Table.Th className={styles.widest}>Tags</Table.Th>
          <Table.Th className={styles.widest}>Changed</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {contacts.map((contact) => (
          <Table.Tr key={contact.id} className={styles.row}>
            <Table.Td>
              <Link to="/contacts/$contactId" params={{ contactId: contact.id }} className={styles.name}>
                <Face name={contact.name} />
                <span className={styles.words}>
                  <span className={styles.cut} dir="auto" title={contact.name}>
                    {contact.name}
                  </span>
                  <span className={styles.under} dir="auto">
                    {contact.emails[0] ?? contact.phones[0]}
                  </span>
                </span>
              </Link>
            </Table.Td>
            <Table.Td className={styles.wide}>{contact.emails[0]}</Table.Td>
            <Table.Td className={`${styles.wide} figures`}>{contact.phones[0]}</Table.Td>
            <Table.Td className={styles.widest}>
              {contact.tags.slice(0, 3).map((tag) => (
                <Badge key={tag} variant="default" radius="sm" mr={4} tt="none" fw={400}>
                  {tag}
                </Badge>
              ))}
            </Table.Td>
            <Table.Td className={styles.widest} c="dimmed">
              <When at={contact.updatedAt} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
