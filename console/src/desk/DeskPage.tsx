import { Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useEffect } from 'react';
import { useQuery } from 'urql';
import { useInbox, useWorkspace } from '../app/workspace';
import { OpenTasks } from '../contacts/OpenTasks';
import { graphql } from '../gql';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import styles from './Desk.module.css';
import { dueToday } from './due';
import { MyQueues } from './MyQueues';
import { Now } from './Now';
import { SoundOff } from './SoundOff';
import { Today } from './Today';

const DeskDocument = graphql(`
  query Desk($userId: ID!) {
    viewer {
      user {
        id
        agent {
          id
          today {
            ...DayFields
          }
          memberships {
            ...MyQueue
          }
        }
      }
    }
    tasks(first: 100, filter: { states: [OPEN], assigneeId: $userId }) {
      totalCount
      nodes {
        ...TaskRow
      }
    }
    nobodys: tasks(first: 20, filter: { states: [OPEN], unassigned: true }) {
      totalCount
      nodes {
        ...TaskRow
      }
    }
  }
`);

/** Numbers of the day and waiting calls; what is urgent comes by itself. */
const EVERY_MS = 15_000;

export function DeskPage() {
  useDocumentTitle('Desk · Cordboard');
  const { user } = useWorkspace();
  const { changes } = useInbox();
  const [{ data, error }, reload] = useQuery({
    query: DeskDocument,
    variables: { userId: user.id },
    requestPolicy: 'cache-and-network',
  });
  useEffect(() => {
    const read = () => reload({ requestPolicy: 'network-only' });
    const soon = setTimeout(read, 500);
    const timer = setInterval(read, EVERY_MS);
    return () => {
      clearTimeout(soon);
      clearInterval(timer);
    };
  }, [reload, changes]);

  const agent = data?.viewer.user?.agent;
  const tasks = dueToday(data?.tasks.nodes ?? [], new Date());
  return (
    <div className={page.page}>
      <header className={page.head}>
        <Title order={1}>Desk</Title>
      </header>
      <SoundOff />
      <Now />
      {error && !data && (
        <div className={page.card}>
          <ErrorState error={error} retry={() => reload({ requestPolicy: 'network-only' })} />
        </div>
      )}
      {!error && !data && (
        <div className={page.card}>
          <Rows count={6} height={48} />
        </div>
      )}
      {data && (
        <div className={styles.columns}>
          <div className={styles.tasks}>
            <OpenTasks tasks={tasks} total={tasks.length} title="Tasks for today" withContact />
            {data.nobodys.nodes.length > 0 && (
              <OpenTasks
                tasks={data.nobodys.nodes}
                total={data.nobodys.totalCount}
                title="Nobody’s yet"
                withContact
                taking={{ userId: user.id, onTaken: () => reload({ requestPolicy: 'network-only' }) }}
              />
            )}
          </div>
          <div className={styles.side}>
            {agent && <Today day={agent.today} />}
            {agent && <MyQueues memberships={agent.memberships} />}
          </div>
        </div>
      )}
    </div>
  );
}
