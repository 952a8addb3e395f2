import { Button, Checkbox, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useId } from 'react';
import { useMutation } from 'urql';
import { payload } from '../api/errors';
import { showFault } from '../api/show-fault';
import { graphql } from '../gql';
import type { TaskRowFragment } from '../gql/graphql';
import page from '../ui/page.module.css';
import { When, useNow } from '../ui/Time';
import styles from './ContactPage.module.css';

graphql(`
  fragment TaskRow on Task {
    id
    title
    state
    dueAt
    assignee {
      id
      name
    }
    contact {
      id
      name
    }
    call {
      id
      voicemail {
        id
      }
    }
  }
`);

const TaskSetState = graphql(`
  mutation TaskSetState($input: TaskUpdateInput!) {
    taskUpdate(input: $input) {
      task {
        ...TaskRow
      }
      userErrors {
        code
        message
      }
    }
  }
`);

interface RowsProps {
  tasks: TaskRowFragment[];
  /** Where tasks of many contacts stand together, each names its own. */
  withContact?: boolean;
  /** Of tasks that nobody has yet: who may take each, and what is to be done then. */
  taking?: { userId: string; onTaken: () => void } | undefined;
}

interface Props extends RowsProps {
  total: number;
  title?: string;
  /** What stands below them, such as the way to more. */
  children?: ReactNode;
}

export function OpenTasks({ total, title = 'Open tasks', children, ...rows }: Props) {
  const titleId = useId();
  return (
    <section className={page.card} aria-labelledby={titleId}>
      <div className={page.cardHead}>
        <Title order={2} id={titleId}>
          {title}
        </Title>
        <span className={page.count}>{total}</span>
      </div>
      {rows.tasks.length === 0 && <p className={styles.none}>Nothing to do.</p>}
      <TaskRows {...rows} />
      {children}
    </section>
  );
}

export function TaskRows({ tasks, withContact = false, taking }: RowsProps) {
  const now = useNow(30_000);
  const [, update] = useMutation(TaskSetState);

  // Done by a slip can be taken back: the row stays where it is until the page is left.
  const toggle = async (task: TaskRowFragment) => {
    const state = task.state === 'OPEN' ? 'DONE' : 'OPEN';
    try {
      payload(await update({ input: { taskId: task.id, state } }), (data) => data.taskUpdate);
    } catch (error) {
      showFault(error);
    }
  };

  const take = async (task: TaskRowFragment, { userId, onTaken }: NonNullable<RowsProps['taking']>) => {
    try {
      payload(await update({ input: { taskId: task.id, assigneeId: userId } }), (data) => data.taskUpdate);
    } catch (error) {
      showFault(error);
    }
    // A colleague may have been first: then it is not to be seen any more.
    onTaken();
  };

  return (
    <>
      {tasks.map((task) => (
        <div key={task.id} className={styles.task}>
          <Checkbox
            checked={task.state !== 'OPEN'}
            onChange={() => void toggle(task)}
            label={<span dir="auto">{task.title}</span>}
            description={
              <span className={styles.due} data-late={task.dueAt != null && Date.parse(task.dueAt) < now.getTime()}>
                {task.dueAt ? (
                  <>
                    {Date.parse(task.dueAt) < now.getTime() ? 'Was due ' : 'Due '}
                    <When at={task.dueAt} />
                  </>
                ) : (
                  'No date'
                )}
                {task.assignee && ` · ${task.assignee.name}`}
              </span>
            }
          />
          <span className={styles.links}>
            {withContact && task.contact && (
              <Link to="/contacts/$contactId" params={{ contactId: task.contact.id }} dir="auto">
                {task.contact.name}
              </Link>
            )}
            {task.call?.voicemail && (
              <Link to="/voicemail" search={{ open: task.call.voicemail.id }}>
                Listen
              </Link>
            )}
            {task.call && (
              <Link to="/calls/$callId" params={{ callId: task.call.id }}>
                Call
              </Link>
            )}
          </span>
          {taking && (
            <Button size="compact-xs" variant="default" aria-label={`Take it: ${task.title}`} onClick={() => void take(task, taking)}>
              Take it
            </Button>
          )}
        </div>
      ))}
    </>
  );
}
