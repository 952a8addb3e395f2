import { Menu } from '@mantine/core';
import { useQuery } from 'urql';
import { graphql } from '../gql';
import type { AgentStatus } from '../gql/graphql';
import { Dot } from './Dot';
import { isBusy, statusWords, type Standing } from './words';

export const AwayReasons = graphql(`
  query AwayReasons($includeArchived: Boolean!) {
    awayReasons(includeArchived: $includeArchived) {
      id
      name
      archivedAt
    }
  }
`);

interface Props {
  agent: Standing;
  onChoose: (status: AgentStatus, reason: string | null) => void;
}

/** What an agent can be next, with the reasons that administrators keep. */
export function StatusItems({ agent, onChoose }: Props) {
  const [{ data }] = useQuery({ query: AwayReasons, variables: { includeArchived: false } });
  const reasons = data?.awayReasons ?? [];
  const status = agent.nextStatus ?? agent.status;
  const reason = agent.nextStatus ? agent.nextReason : agent.reason;
  const item = (to: AgentStatus, why: string | null) => {
    const chosen = status === to && (to !== 'AWAY' || (reason ?? null) === why);
    return (
      <Menu.Item
        key={`${to} ${why ?? ''}`}
        leftSection={<Dot tone={to === 'AVAILABLE' ? 'live' : to === 'AWAY' ? 'wait' : 'quiet'} />}
        rightSection={chosen ? <span aria-hidden="true">✓</span> : undefined}
        aria-current={chosen}
        onClick={() => onChoose(to, why)}
      >
        {statusWords(to, why)}
      </Menu.Item>
    );
  };
  return (
    <>
      {isBusy(agent) && <Menu.Label>After this call</Menu.Label>}
      {item('AVAILABLE', null)}
      {agent.activity === 'RINGING' && <Menu.Label>Declines the call that rings</Menu.Label>}
      {reasons.length === 0 ? item('AWAY', null) : reasons.map(({ name }) => item('AWAY', name))}
      {item('OFFLINE', null)}
    </>
  );
}
