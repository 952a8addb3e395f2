import { Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { useWorkspace } from '../app/workspace';
import { list } from '../calls/party';
import { otherSide } from '../calls/words';
import { graphql } from '../gql';
import type { CallEventKind, RunningCallFragment } from '../gql/graphql';
import { EndCall } from '../supervision/EndCall';
import { MonitorButtons } from '../supervision/MonitorButtons';
import { besideOf, hearsWords } from '../supervision/words';
import { useSoon } from '../ui/soon';
import { Since } from '../ui/Time';
import { usePolling } from '../ui/usePolling';
import styles from './Board.module.css';
import { useRunningNews } from './news';

graphql(`
  fragment RunningCall on Call {
    id
    version
    direction
    media
    state
    createdAt
    answeredAt
    contact {
      id
      name
    }
    queue {
      id
      name
    }
    legs {
      ...SupervisionLeg
    }
  }
`);

const RunningCallsDocument = graphql(`
  query RunningCalls {
    calls(first: 50, filter: { states: [IN_PROGRESS] }) {
      totalCount
      edges {
        node {
          ...RunningCall
        }
      }
    }
  }
`);

/** What may bring a call into the list or out of it. */
const CHANGES: readonly CallEventKind[] = ['CONNECTED', 'ENDED', 'LEG_JOINED', 'LEG_LEFT'];
/** News come by themselves; this finds what was missed. */
const EVERY_MS = 30_000;
/** However much happens, the list is read no more often than this. */
const PAUSE_MS = 1_000;

/** The calls that run now, whoever has them: a supervisor is in any of them by one press. */
export function RunningCalls() {
  const [{ data }, reload] = useQuery({ query: RunningCallsDocument, requestPolicy: 'cache-and-network' });
  usePolling(reload, EVERY_MS);
  const readSoon = useSoon(() => reload({ requestPolicy: 'network-only' }), PAUSE_MS);
  useRunningNews((kind) => CHANGES.includes(kind) && readSoon());
  const calls = data?.calls.edges.map(({ node }) => node).filter(({ state }) => state === 'IN_PROGRESS') ?? [];
  if (!data) return null;
  // Those that have ended since the list was read don't run any more.
  const running = data.calls.totalCount - (data.calls.edges.length - calls.length);
  return (
    <section aria-labelledby="running">
      <Title order={2} id="running" className={styles.groupTitle}>
        Calls now <span className={styles.quiet}>{running.toLocaleString()}</span>
      </Title>
      {calls.length === 0 && <p className={styles.none}>Nobody is talking. A call that runs stands here, and you can listen to it.</p>}
      {calls.length > 0 && (
        <ul className={styles.running}>
          {calls.map((call) => (
            <Running key={call.id} call={call} />
          ))}
        </ul>
      )}
      {data.calls.totalCount > data.calls.edges.length && <p className={styles.quiet}>The newest {calls.length} are shown.</p>}
    </section>
  );
}

function Running({ call }: { call: RunningCallFragment }) {
  const { user } = useWorkspace();
  const name = otherSide(call);
  const agents = call.legs.filter(({ role, state }) => role === 'AGENT' && state !== 'LEFT');
  // Colleagues among themselves are named already.
  const beside = call.direction === 'INTERNAL' || agents.length === 0 ? null : list(agents.map((leg) => leg.name));
  const whose = beside === null ? name : `${beside} with ${name}`;
  const mode = besideOf(call.legs, user.id);
  const mine = agents.some((leg) => leg.user?.id === user.id);
  return (
    <li className={styles.run} data-beside={mode !== null}>
      <span className={styles.cellWords}>
        <Link to="/calls/$callId" params={{ callId: call.id }} className={styles.runName}>
          <bdi>{name}</bdi>
        </Link>
        <span className={styles.quiet} dir="auto">
          {[beside !== null && `with ${beside}`, call.queue?.name, mode && hearsWords(mode, call.legs, user.id)]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </span>
      <Since at={call.answeredAt ?? call.createdAt} />
      {mine && <span className={styles.quiet}>Your call</span>}
      {!mine && agents.length > 0 && <MonitorButtons call={call} whose={whose} beside={mode} />}
      {!mine && <EndCall callId={call.id} whose={whose} />}
    </li>
  );
}
