import { Collapse, Drawer, EmptyState, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconMoodSmile } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { Routing } from '../calls/Routing';
import { otherSide } from '../calls/words';
import { graphql } from '../gql';
import type { WaitingQuery } from '../gql/graphql';
import { EndCall } from '../supervision/EndCall';
import { MoveCall } from '../supervision/MoveCall';
import { spell } from '../ui/format';
import { ErrorState, Rows } from '../ui/states';
import { Since } from '../ui/Time';
import { usePolling } from '../ui/usePolling';
import styles from './Board.module.css';

const WaitingDocument = graphql(`
  query Waiting($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Queue {
        name
        waiting(first: 50) {
          totalCount
          nodes {
            id
            version
            subject
            createdAt
            contact {
              id
              name
            }
            legs {
              id
              role
              name
            }
            visits {
              id
              enteredAt
              leftAt
              position
              estimatedWaitSeconds
              callback
              routing {
                ...RoutingFields
              }
            }
          }
        }
      }
    }
  }
`);

const EVERY_MS = 3_000;

interface Props {
  queueId: string | null;
  onClose: () => void;
}

/** Who waits in a queue, and why still. */
export function Waiting({ queueId, onClose }: Props) {
  const [{ data, error }, reload] = useQuery({
    query: WaitingDocument,
    variables: { id: queueId ?? '' },
    pause: queueId === null,
    requestPolicy: 'cache-and-network',
  });
  usePolling(reload, EVERY_MS, queueId !== null);
  const queue = data?.node?.__typename === 'Queue' ? data.node : null;
  return (
    <Drawer
      opened={queueId !== null}
      onClose={onClose}
      position="right"
      size={560}
      title={<span dir="auto">{queue ? `${queue.name}: ${queue.waiting?.totalCount ?? 0} waiting` : 'Waiting'}</span>}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {error && !data && <ErrorState error={error} retry={() => reload({ requestPolicy: 'network-only' })} />}
      {!error && !queue && <Rows count={4} height={56} />}
      {queue?.waiting && queue.waiting.nodes.length === 0 && (
        <EmptyState p="xl" icon={<IconMoodSmile />} title="Nobody waits" description="Calls that wait stand here with their place, and why they wait." />
      )}
      {queue?.waiting?.nodes.map((call) => <WaitingCall key={call.id} call={call} queueId={queue.id} onMoved={() => reload({ requestPolicy: 'network-only' })} />)}
    </Drawer>
  );
}

type Queue = Extract<WaitingQuery['node'], { __typename: 'Queue' }>;

interface CallProps {
  call: NonNullable<Queue['waiting']>['nodes'][number];
  queueId: string;
  onMoved: () => void;
}

function WaitingCall({ call, queueId, onMoved }: CallProps) {
  const [open, setOpen] = useState(false);
  const visit = call.visits.find(({ leftAt }) => leftAt == null) ?? call.visits.at(-1);
  const name = otherSide(call);
  if (!visit) return null;
  return (
    <article className={styles.waiting}>
      <UnstyledButton className={styles.waitingHead} aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? <IconChevronDown size={16} aria-hidden="true" /> : <IconChevronRight size={16} aria-hidden="true" />}
        <b className={styles.place}>{visit.position ?? '–'}</b>
        <span className={styles.cellWords}>
          <strong>
            <bdi>{name}</bdi>
          </strong>
          <span className={styles.quiet}>
            {[visit.callback && 'Call-back', visit.estimatedWaitSeconds != null && `about ${spell(visit.estimatedWaitSeconds)} more`, call.subject]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </span>
        <Since at={visit.enteredAt} />
      </UnstyledButton>
      <Collapse expanded={open}>
        <div className={styles.why}>
          <div className={styles.acts}>
            <MoveCall callId={call.id} whose={name} fromQueueId={queueId} onMoved={onMoved} />
            <EndCall callId={call.id} whose={name} />
          </div>
          {visit.routing ? <Routing routing={visit.routing} /> : <p>Nothing was decided yet.</p>}
          <Link to="/calls/$callId" params={{ callId: call.id }}>
            All about this call
          </Link>
        </div>
      </Collapse>
    </article>
  );
}
