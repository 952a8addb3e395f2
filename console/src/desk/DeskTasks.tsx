import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { OpenTasks, TaskRows } from '../contacts/OpenTasks';
import { graphql } from '../gql';
import type { DeskTasksQuery, DeskTasksQueryVariables } from '../gql/graphql';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import styles from './Desk.module.css';

const DeskTasksDocument = graphql(`
  query DeskTasks($first: Int!, $after: String, $filter: TaskFilter!, $orderBy: TaskOrder!) {
    tasks(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
      totalCount
      nodes {
        ...TaskRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

interface Props {
  title: string;
  wanted: Omit<DeskTasksQueryVariables, 'after'>;
  /** The list is read again whenever it changes. */
  beat: number;
  readAgain: () => void;
  /** Whose they become; for those that nobody has. Such a list is shown only where there are any. */
  takenBy?: string;
}

/** Tasks of many contacts, page by page. */
export function DeskTasks({ title, wanted, beat, readAgain, takenBy }: Props) {
  const { tasks, error } = usePage(wanted, null, beat);
  const taking = takenBy === undefined ? undefined : { userId: takenBy, onTaken: readAgain };
  if (taking && !error && !tasks?.nodes.length) return null;
  if (!tasks) {
    return <div className={page.card}>{error ? <ErrorState error={error} retry={readAgain} /> : <Rows count={4} height={48} />}</div>;
  }
  return (
    <OpenTasks tasks={tasks.nodes} total={tasks.totalCount} title={title} withContact taking={taking}>
      <Behind tasks={tasks} wanted={wanted} beat={beat} readAgain={readAgain} taking={taking} />
    </OpenTasks>
  );
}

/** One page of the tasks, read again at every beat. */
function usePage(wanted: Props['wanted'], after: string | null, beat: number) {
  const [{ data, error }, reload] = useQuery({ query: DeskTasksDocument, variables: { ...wanted, after }, requestPolicy: 'cache-and-network' });
  useEffect(() => {
    if (beat > 0) reload({ requestPolicy: 'network-only' });
  }, [beat]);
  return { tasks: data?.tasks ?? null, error };
}

interface BehindProps extends Pick<Props, 'wanted' | 'beat' | 'readAgain'> {
  tasks: DeskTasksQuery['tasks'];
  taking: { userId: string; onTaken: () => void } | undefined;
}

/** What stands behind a page: nothing, the way to the next one, or that. */
function Behind({ tasks: { pageInfo }, ...rest }: BehindProps) {
  const [more, setMore] = useState(false);
  const end = pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
  if (end === null) return null;
  if (more) return <NextPage after={end} {...rest} />;
  return (
    <div className={styles.more}>
      <Button size="xs" variant="default" onClick={() => setMore(true)}>
        Show more
      </Button>
    </div>
  );
}

/** It begins where the page above it ends now, so that nothing is left out when a task of that goes. */
function NextPage({ after, ...rest }: Omit<BehindProps, 'tasks'> & { after: string }) {
  const { tasks, error } = usePage(rest.wanted, after, rest.beat);
  if (!tasks) return error ? <ErrorState error={error} retry={rest.readAgain} /> : <Rows count={3} height={48} />;
  return (
    <>
      <TaskRows tasks={tasks.nodes} withContact taking={rest.taking} />
      <Behind tasks={tasks} {...rest} />
    </>
  );
}
