import { Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useEffect, useReducer } from 'react';
import { useInbox, useWorkspace } from '../app/workspace';
import { graphql } from '../gql';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import { useNow } from '../ui/Time';
import { useRepeated } from '../ui/useRepeated';
import styles from './Desk.module.css';
import { DeskTasks } from './DeskTasks';
import { endOfDay } from './due';
import { MyQueues } from './MyQueues';
import { Now } from './Now';
import { SoundOff } from './SoundOff';
import { Today } from './Today';

const DeskDocument = graphql(`
  query Desk {
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
  }
`);

/** Numbers of the day, waiting calls and tasks; what is urgent comes by itself. */
const EVERY_MS = 15_000;
/** So many tasks at once. */
const FIRST = 20;

export function DeskPage() {
  useDocumentTitle('Desk · Cordboard');
  const { user } = useWorkspace();
  const { changes } = useInbox();
  const [beat, readAgain] = useReducer((count: number) => count + 1, 0);
  const dueBefore = endOfDay(useNow(30_000)).toISOString();
  const { data, error } = useRepeated({ query: DeskDocument, variables: {} }, beat);
  useEffect(() => {
    const soon = setTimeout(readAgain, 500);
    const timer = setInterval(readAgain, EVERY_MS);
    return () => {
      clearTimeout(soon);
      clearInterval(timer);
    };
  }, [changes]);

  const agent = data?.viewer.user?.agent;
  return (
    <div className={page.page}>
      <header className={page.head}>
        <Title order={1}>Desk</Title>
      </header>
      <SoundOff />
      <Now />
      <div className={styles.columns}>
        <div className={styles.tasks}>
          <DeskTasks
            title="Tasks for today"
            wanted={{ first: FIRST, filter: { states: ['OPEN'], assigneeId: user.id, dueBefore, includeUndated: true }, orderBy: 'DUE_AT_ASC' }}
            beat={beat}
            readAgain={readAgain}
          />
          <DeskTasks
            title="Nobody’s yet"
            wanted={{ first: FIRST, filter: { states: ['OPEN'], unassigned: true }, orderBy: 'CREATED_AT_DESC' }}
            beat={beat}
            readAgain={readAgain}
            takenBy={user.id}
          />
        </div>
        <div className={styles.side}>
          {!data && <div className={page.card}>{error ? <ErrorState error={error} retry={readAgain} /> : <Rows count={6} height={24} />}</div>}
          {agent && <Today day={agent.today} />}
          {agent && <MyQueues memberships={agent.memberships} />}
        </div>
      </div>
    </div>
  );
}
