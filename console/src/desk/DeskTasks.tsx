import { OpenTasks, TaskRows } from '../contacts/OpenTasks';
import { graphql } from '../gql';
import type { DeskTasksQuery, DeskTasksQueryVariables } from '../gql/graphql';
import { Behind } from '../ui/Behind';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import { useRepeated } from '../ui/useRepeated';
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
      <Further tasks={tasks} wanted={wanted} beat={beat} readAgain={readAgain} taking={taking} />
    </OpenTasks>
  );
}

/** One page of the tasks. */
function usePage(wanted: Props['wanted'], after: string | null, beat: number) {
  const { data, error } = useRepeated({ query: DeskTasksDocument, variables: { ...wanted, after } }, beat);
  return { tasks: data?.tasks ?? null, error };
}

interface FurtherProps extends Pick<Props, 'wanted' | 'beat' | 'readAgain'> {
  tasks: DeskTasksQuery['tasks'];
  taking: { userId: string; onTaken: () => void } | undefined;
}

function Further({ tasks: { pageInfo }, ...rest }: FurtherProps) {
  return (
    <Behind pageInfo={pageInfo} className={styles.more}>
      {(after) => <NextPage after={after} {...rest} />}
    </Behind>
  );
}

function NextPage({ after, ...rest }: Omit<FurtherProps, 'tasks'> & { after: string }) {
  const { tasks, error } = usePage(rest.wanted, after, rest.beat);
  if (!tasks) return error ? <ErrorState error={error} retry={rest.readAgain} /> : <Rows count={3} height={48} />;
  return (
    <>
      <TaskRows tasks={tasks.nodes} withContact taking={rest.taking} />
      <Further tasks={tasks} {...rest} />
    </>
  );
}
