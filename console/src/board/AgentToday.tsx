import { Modal } from '@mantine/core';
import { useQuery } from 'urql';
import { Day } from '../agents/Day';
import { graphql } from '../gql';
import { ErrorState, Rows } from '../ui/states';
import { usePolling } from '../ui/usePolling';

const AgentTodayDocument = graphql(`
  query AgentToday($id: ID!) {
    node(id: $id) {
      __typename
      ... on Agent {
        id
        today {
          ...DayFields
        }
      }
    }
  }
`);

const EVERY_MS = 15_000;

/** An agent's numbers since midnight, for those who look after them. */
export function AgentToday({ agentId, name, onClose }: { agentId: string; name: string; onClose: () => void }) {
  const [{ data, error }, reload] = useQuery({ query: AgentTodayDocument, variables: { id: agentId }, requestPolicy: 'cache-and-network' });
  usePolling(reload, EVERY_MS);
  const day = data?.node?.__typename === 'Agent' ? data.node.today : null;
  return (
    <Modal opened onClose={onClose} title={<span dir="auto">{name}: today</span>} closeButtonProps={{ 'aria-label': 'Close' }}>
      {error && !day && <ErrorState error={error} retry={() => reload({ requestPolicy: 'network-only' })} />}
      {!error && !day && <Rows count={6} height={24} />}
      {day && <Day day={day} />}
    </Modal>
  );
}
