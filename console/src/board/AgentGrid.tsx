import { Button, Menu, Title, UnstyledButton } from '@mantine/core';
import { useRef, useState } from 'react';
import { Dot } from '../agents/Dot';
import { useStatusSet } from '../agents/myself';
import { StatusItems } from '../agents/StatusItems';
import { activityOf, nextWords, statusWords } from '../agents/words';
import { useWorkspace } from '../app/workspace';
import type { AgentCellFragment } from '../gql/graphql';
import { MonitorButtons } from '../supervision/MonitorButtons';
import { besideOf } from '../supervision/words';
import { ErrorState, Rows } from '../ui/states';
import { Since } from '../ui/Time';
import { AgentToday } from './AgentToday';
import styles from './Board.module.css';
import { ACTIVITIES, inOrder } from './order';
import { useAgents } from './useAgents';

/** Who does what, whoever has a call in hand first; the sums are of all, however many are shown. */
export function AgentGrid() {
  const { agents, total, sums, error, again, more, fetching } = useAgents();
  if (!agents) return error ? <ErrorState error={error} retry={again} /> : <Rows count={4} height={56} />;
  return (
    <section aria-labelledby="agents">
      <div className={styles.sums}>
        <Title order={2} id="agents">
          Agents <span className={styles.quiet}>{total.toLocaleString()}</span>
        </Title>
        <ul>
          {ACTIVITIES.map((activity) => {
            const count = sums?.[activity] ?? 0;
            return count === 0 ? null : (
              <li key={activity} className={styles.quiet}>
                <Dot tone={activityOf({ status: 'AVAILABLE', activity }).tone} />
                {count.toLocaleString()} {activityOf({ status: 'AVAILABLE', activity }).words.toLowerCase()}
              </li>
            );
          })}
        </ul>
      </div>
      <div className={styles.cells}>
        {inOrder(agents).map((agent) => (
          <AgentCell key={agent.id} agent={agent} />
        ))}
      </div>
      {more && (
        <div className={styles.more}>
          <Button size="xs" variant="default" onClick={more} loading={fetching}>
            Show more
          </Button>
          <span className={styles.quiet}>
            {agents.length.toLocaleString()} of {total.toLocaleString()} are shown
          </span>
        </div>
      )}
    </section>
  );
}

/** A press changes the agent's status, as for somebody who went home and forgot, or shows the agent's day; a call that runs can be looked into. */
function AgentCell({ agent }: { agent: AgentCellFragment }) {
  const set = useStatusSet();
  const { user } = useWorkspace();
  const [today, setToday] = useState(false);
  const head = useRef<HTMLButtonElement>(null);
  const closeToday = () => {
    setToday(false);
    // What opened it was an item of the menu, and is gone.
    head.current?.focus();
  };
  const { words, tone } = activityOf(agent);
  const call = agent.currentCall;
  const about = nextWords(agent) ?? [call?.contact?.name, call?.queue?.name].filter(Boolean).join(' · ');
  // Somebody who closed the laptop while available is told from one who went home.
  const chosen = agent.activity === 'OFFLINE' && agent.status !== 'OFFLINE' ? `not here (${statusWords(agent.status, agent.reason).toLowerCase()})` : '';
  const runs = agent.activity === 'ON_CALL' && call?.state === 'IN_PROGRESS' && agent.user.id !== user.id;
  return (
    <div className={styles.cell} data-tone={tone}>
      <Menu position="bottom-start" width={240}>
        <Menu.Target>
          <UnstyledButton ref={head} className={styles.cellHead} aria-label={`${agent.user.name}, ${words}: change status`}>
            <Dot tone={tone} />
            <span className={styles.cellWords}>
              <strong title={agent.user.name}>
                <bdi>{agent.user.name}</bdi>
              </strong>
              <span className={styles.quiet}>{[words, about || chosen].filter(Boolean).join(' · ')}</span>
            </span>
            {agent.activity !== 'OFFLINE' && <Since at={agent.since} />}
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <StatusItems agent={agent} onChoose={(status, reason) => void set(status, reason, agent.id)} />
          <Menu.Divider />
          <Menu.Item onClick={() => setToday(true)}>Today in numbers</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {today && <AgentToday agentId={agent.id} name={agent.user.name} onClose={closeToday} />}
      {runs && call && <MonitorButtons icons call={call} whose={agent.user.name} beside={besideOf(call.legs, user.id)} />}
    </div>
  );
}
