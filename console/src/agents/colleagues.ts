import { useDebouncedValue } from '@mantine/hooks';
import { useMemo } from 'react';
import { useQuery } from 'urql';
import { useWorkspace } from '../app/workspace';
import { graphql } from '../gql';
import type { ColleaguesQuery } from '../gql/graphql';
import { usePolling } from '../ui/usePolling';

const ColleaguesDocument = graphql(`
  query Colleagues($free: AgentFilter!, $others: AgentFilter!) {
    free: agents(first: 30, filter: $free) {
      nodes {
        ...Colleague
      }
    }
    others: agents(first: 30, filter: $others) {
      nodes {
        ...Colleague
      }
    }
  }
`);

graphql(`
  fragment Colleague on Agent {
    ...AgentStanding
    user {
      id
      name
    }
  }
`);

export type Colleague = ColleaguesQuery['free']['nodes'][number];

/** Who is free changes while one looks. */
const LOOK_MS = 2_500;
/** So long one may go on typing before it is looked for. */
const PAUSE_MS = 200;

/** Colleagues by name, those first who are free now. Read anew as long as it is shown; those of another search until then. */
export function useColleagues(search: string): { colleagues: Colleague[]; loading: boolean; look: () => void } {
  const { user } = useWorkspace();
  const [wanted] = useDebouncedValue(search.trim(), PAUSE_MS);
  const filter = wanted === '' ? {} : { search: wanted };
  const [{ data, operation }, execute] = useQuery({
    query: ColleaguesDocument,
    variables: {
      free: { ...filter, activities: ['AVAILABLE'] },
      others: { ...filter, activities: ['RINGING', 'ON_CALL', 'WRAP_UP', 'AWAY', 'OFFLINE'] },
    },
    requestPolicy: 'cache-and-network',
  });
  const look = () => execute({ requestPolicy: 'network-only' });
  usePolling(execute, LOOK_MS);
  const colleagues = useMemo(() => {
    const found = [...byName(data?.free.nodes ?? []), ...byName(data?.others.nodes ?? [])];
    return found.filter(({ user: { id } }) => id !== user.id);
  }, [data, user.id]);
  const loading = !operation || (operation.variables.free.search ?? '') !== search.trim();
  return { colleagues, loading, look };
}

function byName(agents: readonly Colleague[]): Colleague[] {
  return [...agents].sort((one, other) => one.user.name.localeCompare(other.user.name));
}
