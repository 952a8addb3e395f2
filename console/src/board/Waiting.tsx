import { Collapse, Drawer, EmptyState, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconMoodSmile } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useReducer, useState } from 'react';
import { Routing } from '../calls/Routing';
import { otherSide } from '../calls/words';
import { graphql } from '../gql';
import type { CallEventKind, WaitingQuery } from '../gql/graphql';
import { EndCall } from '../supervision/EndCall';
import { MoveCall } from '../supervision/MoveCall';
import { Behind } from '../ui/Behind';
import { spell } from '../ui/format';
import { useSoon } from '../ui/soon';
import { ErrorState, Rows } from '../ui/states';
import { Since } from '../ui/Time';
import { usePolling } from '../ui/usePolling';
import { useRepeated } from '../ui/useRepeated';
import styles from './Board.module.css';
import { useQueueNews } from './news';
import { waitWords } from './words';

const WaitingDocument = graphql(`
  query Waiting($id: ID!, $after: String) {
    node(id: $id) {
      __typename
      id
      ... on Queue {
        name
        stats {
          queue {
            id
          }
          waiting
          callbacks
        }
        waiting(first: 50, after: $after) {
          pageInfo {
            hasNextPage
            endCursor
          }
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

/** What may bring a call into the list or out of it, or change why it waits. */
const CHANGES: readonly CallEventKind[] = [
  'QUEUED',
  'POSITION_CHANGED',
  'OFFERED',
  'OFFER_DECLINED',
  'OFFER_TIMED_OUT',
  'OFFER_CANCELLED',
  'OFFER_FAILED',
  'ACCEPTED',
  'CONNECTED',
  'OVERFLOWED',
  'MOVED',
  'CALLBACK_REQUESTED',
  'VOICEMAIL_STARTED',
  'TRANSFER_STARTED',
  'TRANSFER_CANCELLED',
  'ENDED',
];
/** News come by themselves; but who is free, and with it why somebody waits, changes without a word of the call. */
const EVERY_MS = 10_000;
/** However much happens, the list is read no more often than this. */
const PAUSE_MS = 1_000;

interface Props {
  queueId: string | null;
  onClose: () => void;
}

/** Who waits in a queue, and why still. */
export function Waiting({ queueId, onClose }: Props) {
  const [beat, readAgain] = useReducer((count: number) => count + 1, 0);
  const readSoon = useSoon(readAgain, PAUSE_MS);
  useQueueNews(queueId, (kind) => CHANGES.includes(kind) && readSoon());
  usePolling(readAgain, EVERY_MS, queueId !== null);
  const { queue, error } = usePage(queueId, null, beat);
  return (
    <Drawer
      opened={queueId !== null}
      onClose={onClose}
      position="right"
      size={560}
      title={<span dir="auto">{queue ? `${queue.name}: ${queue.stats.waiting} ${waitWords(queue.stats)}` : 'Waiting'}</span>}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {error && !queue && <ErrorState error={error} retry={readAgain} />}
      {!error && !queue && <Rows count={4} height={56} />}
      {queue?.waiting.nodes.length === 0 && (
        <EmptyState p="xl" icon={<IconMoodSmile />} title="Nobody waits" description="Calls that wait stand here with their place, and why they wait." />
      )}
      {queue && <Page key={queue.id} page={queue.waiting} queueId={queue.id} beat={beat} readAgain={readAgain} />}
    </Drawer>
  );
}

/** One page of those who wait. */
function usePage(queueId: string | null, after: string | null, beat: number) {
  const { data, error } = useRepeated({ query: WaitingDocument, variables: { id: queueId ?? '', after }, pause: queueId === null }, beat);
  const queue = data?.node?.__typename === 'Queue' ? data.node : null;
  // Of another one is what came last, while this one can't be read.
  return { queue: queue?.id === queueId || !error ? queue : null, error };
}

interface PageProps {
  page: Queue['waiting'];
  queueId: string;
  beat: number;
  readAgain: () => void;
}

function Page({ page, ...rest }: PageProps) {
  return (
    <>
      {page.nodes.map((call) => (
        <WaitingCall key={call.id} call={call} queueId={rest.queueId} onMoved={rest.readAgain} />
      ))}
      <Behind pageInfo={page.pageInfo} className={styles.more}>
        {(after) => <NextPage after={after} {...rest} />}
      </Behind>
    </>
  );
}

function NextPage({ after, ...rest }: Omit<PageProps, 'page'> & { after: string }) {
  const { queue, error } = usePage(rest.queueId, after, rest.beat);
  if (queue) return <Page page={queue.waiting} {...rest} />;
  return error ? <ErrorState error={error} retry={rest.readAgain} /> : <Rows count={4} height={56} />;
}

type Queue = Extract<WaitingQuery['node'], { __typename: 'Queue' }>;

interface CallProps {
  call: Queue['waiting']['nodes'][number];
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
