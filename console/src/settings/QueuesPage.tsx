import { Button, EmptyState, Switch, Table, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconPlus, IconStack2 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useMay } from '../agents/myself';
import { STRATEGIES } from '../calls/routing-words';
import { useQueues } from '../calls/useQueues';
import rows from '../contacts/ContactTable.module.css';
import { graphql } from '../gql';
import page from '../ui/page.module.css';
import { Plain } from '../ui/Plain';
import { ErrorState, Rows } from '../ui/states';
import { QueueCreate } from './QueueCreate';
import styles from './Settings.module.css';

const QueuesDocument = graphql(`
  query Queues($after: String, $includeArchived: Boolean! = false) {
    queues(first: 100, after: $after, includeArchived: $includeArchived) {
      totalCount
      nodes {
        id
        name
        key
        strategy
        open
        archivedAt
        memberships(first: 1) {
          totalCount
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export function QueuesPage() {
  useDocumentTitle('Queues · Cordboard');
  const [archived, setArchived] = useState(false);
  const [creating, setCreating] = useState(false);
  const mayCreate = useMay('queueCreate');
  const { queues, totalCount, error, reload } = useQueues(QueuesDocument, { includeArchived: archived, requestPolicy: 'cache-and-network' });
  return (
    <>
      <div className={styles.head}>
        <Title order={2}>Queues</Title>
        <span className={page.count}>{totalCount?.toLocaleString()}</span>
        <Switch size="xs" label="Archived too" checked={archived} onChange={(event) => setArchived(event.currentTarget.checked)} />
        {mayCreate && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
            New queue
          </Button>
        )}
      </div>
      <div className={page.card}>
        {!error && !queues && <Rows count={5} />}
        {queues?.length === 0 && (
          <EmptyState
            p="xl"
            icon={<IconStack2 />}
            title="No queues yet"
            description="A queue takes calls in by a public page of its own and rings its agents."
          />
        )}
        {queues && queues.length > 0 && (
          <Table className={rows.table} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th className={rows.wide}>Address</Table.Th>
                <Table.Th className={rows.wide}>Strategy</Table.Th>
                <Table.Th>Agents</Table.Th>
                <Table.Th>Now</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {queues.map((queue) => (
                <Table.Tr key={queue.id} className={rows.row}>
                  <Table.Td>
                    <Link to="/settings/queues/$queueId" params={{ queueId: queue.id }} className={rows.name}>
                      <span className={rows.cut} dir="auto" title={queue.name}>
                        {queue.name}
                      </span>
                    </Link>
                  </Table.Td>
                  <Table.Td className={rows.wide}>/q/{queue.key}</Table.Td>
                  <Table.Td className={rows.wide}>{STRATEGIES[queue.strategy].words}</Table.Td>
                  <Table.Td className="figures">{queue.memberships.totalCount}</Table.Td>
                  <Table.Td>
                    <Plain>{queue.archivedAt ? 'Archived' : queue.open ? 'Open' : 'Closed'}</Plain>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        {error && <ErrorState error={error} retry={() => reload({ requestPolicy: 'network-only' })} />}
      </div>
      <QueueCreate opened={creating} onClose={() => setCreating(false)} />
    </>
  );
}
