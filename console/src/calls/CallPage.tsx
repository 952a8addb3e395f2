import { Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { useMay } from '../agents/myself';
import { useCurrentCall, useWorkspace } from '../app/workspace';
import { graphql } from '../gql';
import type { CallPageQuery } from '../gql/graphql';
import { MonitorButtons } from '../supervision/MonitorButtons';
import { besideOf } from '../supervision/words';
import { LinkButton } from '../ui/LinkButton';
import { targetOf } from '../transfers/words';
import { More } from '../ui/More';
import page from '../ui/page.module.css';
import { ErrorState, Missing, Rows } from '../ui/states';
import { ChatCard } from '../chat/ChatCard';
import { CallFacts } from './CallFacts';
import styles from './CallPage.module.css';
import { EventLine } from './EventLine';
import { NoteList } from '../notes/NoteList';
import { usePolling } from '../ui/usePolling';
import { VoicemailCard } from '../voicemail/VoicemailCard';
import { IntervalBar } from './IntervalBar';
import { useCallNews } from './news';
import { RecordingCard } from './RecordingCard';
import { StateBadge } from './StateBadge';
import { TakeUp } from './TakeUp';
import { Visits } from './Visits';
import { isBeingPrepared, otherSide } from './words';

const CallDocument = graphql(`
  query CallPage($id: ID!, $after: String) {
    call(id: $id) {
      ...CallNews
      ...CallFactsFields
      ...VisitsFields
      notes {
        ...NoteFields
      }
      intervals {
        ...IntervalFields
      }
      recordings {
        ...RecordingCardFields
      }
      voicemail {
        ...VoicemailRow
      }
      events(first: 100, after: $after) {
        edges {
          node {
            ...EventFields
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export function CallPage() {
  const { callId } = useParams({ from: '/console/calls/$callId' });
  return <Call key={callId} id={callId} />;
}

function Call({ id }: { id: string }) {
  const { user } = useWorkspace();
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error, fetching }, reload] = useQuery({
    query: CallDocument,
    variables: { id, after },
    requestPolicy: 'cache-and-network',
  });
  const again = () => reload({ requestPolicy: 'network-only' });
  const call = data?.call;
  // From the first shown state on: whatever happens between reading and listening still comes.
  const [since, setSince] = useState<string | null>(null);
  const last = call?.events.edges.at(-1)?.node.cursor;
  if (since === null && last !== undefined) setSince(last);
  // The event line and the intervals grow with every event.
  useCallNews({ callId: id, after: since }, again, since === null);
  const preparing = call?.recordings.some((one) => isBeingPrepared(one.state)) ?? false;
  // News come at once; this stands behind them, should the connection for news be lost.
  usePolling(reload, 5_000, preparing);
  useDocumentTitle(`${call ? otherSide(call, user.id) : 'Call'} · Cordboard`);
  // As in the picture: the agent left, the contact right.
  const people = ['AGENT', 'CONTACT'].flatMap((role) => call?.legs.find((leg) => leg.role === role)?.name ?? []);

  if (error && !data) return <ErrorState error={error} retry={again} />;
  if (!data) return <Rows count={8} height={56} />;
  if (!call) {
    return (
      <Missing what="call">
        <LinkButton variant="default" to="/calls">
          To the calls
        </LinkButton>
      </Missing>
    );
  }
  return (
    <div className={page.page}>
      <Head call={call} />
      <div className={styles.columns}>
        <div className={styles.main}>
          {call.voicemail && <VoicemailCard voicemail={call.voicemail} />}
          {call.recordings.filter(({ id }) => id !== call.voicemail?.recording.id).map((recording) => (
            <RecordingCard key={recording.id} recording={recording} people={people} />
          ))}
          <section className={page.card} aria-labelledby="intervals">
            <div className={page.cardHead}>
              <Title order={2} id="intervals">
                Time
              </Title>
            </div>
            <IntervalBar intervals={call.intervals} />
          </section>
          {call.visits.length > 0 && <Visits call={call} />}
          {call.notes.length > 0 && <NoteList notes={call.notes} />}
          <ChatCard callId={id} />
          <section className={page.card} aria-labelledby="events">
            <div className={page.cardHead}>
              <Title order={2} id="events">
                What happened
              </Title>
            </div>
            <EventLine events={call.events.edges.map((edge) => edge.node)} names={namesOf(call)} />
            {call.events.pageInfo.hasNextPage && (
              <More onSeen={() => !fetching && setAfter(call.events.pageInfo.endCursor ?? null)} />
            )}
          </section>
        </div>
        <CallFacts call={call} />
      </div>
    </div>
  );
}

/** Who is meant by the ids in the log. */
function namesOf(call: NonNullable<CallPageQuery['call']>): Map<string, string> {
  const names = new Map(call.legs.map((leg) => [leg.id, leg.name]));
  for (const leg of call.legs) if (leg.user) names.set(leg.user.id, leg.name);
  for (const { queue } of call.visits) names.set(queue.id, queue.name);
  for (const { agent } of call.offers) {
    names.set(agent.id, agent.user.name);
    names.set(agent.user.id, agent.user.name);
  }
  for (const transfer of call.transfers) names.set(transfer.id, targetOf(transfer));
  return names;
}

function Head({ call }: { call: NonNullable<CallPageQuery['call']> }) {
  const { user } = useWorkspace();
  const current = useCurrentCall();
  const mine = call.legs.some((leg) => leg.user?.id === user.id && leg.state !== 'LEFT' && leg.role !== 'SUPERVISOR');
  const looksIn = useMay('callMonitor') && !mine && call.state === 'IN_PROGRESS' && call.agent != null;
  const elsewhere = mine && call.state !== 'ENDED' && current?.ticket.callId !== call.id;
  return (
    <header className={`${page.head} ${styles.head}`}>
      <Title order={1} dir="auto">
        {call.contact ? (
          <Link to="/contacts/$contactId" params={{ contactId: call.contact.id }} className={styles.contact}>
            {call.contact.name}
          </Link>
        ) : (
          otherSide(call, user.id)
        )}
      </Title>
      <StateBadge call={call} />
      {looksIn && <MonitorButtons call={call} whose={call.agent?.user.name ?? ''} beside={besideOf(call.legs, user.id)} />}
      {elsewhere && <TakeUp ticket={{ callId: call.id, video: call.media === 'VIDEO', joinUrl: null }} />}
    </header>
  );
}
