import { Alert, Button, Loader, Stack, Text, Title } from '@mantine/core';
import { IconMoodSmile, IconPhoneOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useQuery, useSubscription } from 'urql';
import { explain } from '../api/errors';
import { LegSignals } from '../call/graphql-signalling';
import { graphql } from '../gql';
import type { VoicemailState } from '../gql/graphql';
import { Until } from '../queue/Until';
import { endTitle, endWords } from '../queue/words';
import styles from './join.module.css';
import { RatingForm } from './RatingForm';
import { OVER } from './take-up';
import { useVisit } from './visit';

const EndedCallDocument = graphql(`
  query EndedCall {
    viewer {
      guest {
        leg {
          id
          role
        }
        call {
          id
          version
          state
          result
          answeredAt
          queueName
          queueClosed {
            opensAt
            message
            voicemail
          }
          voicemailState
          callbackUrl
          rating {
            stars
            words
          }
        }
      }
    }
  }
`);

/** Whatever the platform still does with it. */
const LEFT_A_MESSAGE: readonly VoicemailState[] = ['RECORDING', 'PREPARING', 'DONE'];

/** What the page's own call machine says of one's own wish. */
const HUNG_UP = 'You hung up.';

/** The page knows of its own wish before the platform does: it looks again so often before it believes that others go on. */
const LOOKS = 5;
const LOOK_MS = 400;

interface Props {
  reason: string;
  /** The platform promised a call-back by itself, when nobody was free in time. */
  onCallback: (joinUrl: string) => void;
  /** Only this page is out of it: the call waits on, as a call-back does whose agent was lost. */
  onAlive?: (() => void) | undefined;
  /** A way to call again, where the page has one. */
  onAgain?: (() => void) | undefined;
  /** A way to leave a message instead, where the page has one. */
  onMessage?: (() => void) | undefined;
}

/** The call is over: thanks and a rating where they talked, and otherwise why not and what now. */
export function Ended({ reason, onCallback, onAlive, onAgain, onMessage }: Props) {
  const [{ data, fetching, error }, reload] = useQuery({ query: EndedCallDocument, requestPolicy: 'network-only' });
  const call = data?.viewer.guest?.call;
  // The first signal of a leg that is over says how the call ended.
  const legId = data?.viewer.guest?.leg?.id;
  const [{ data: told }] = useSubscription({ query: LegSignals, variables: { legId: legId ?? '' }, pause: reason !== OVER || legId === undefined });
  const why = told?.legSignals.__typename === 'LegEnded' ? endWords(told.legSignals.reason) : reason;
  const promised = call?.callbackUrl ?? null;
  useEffect(() => {
    if (promised !== null) onCallback(promised);
  }, [promised, onCallback]);
  const ownWish = reason === HUNG_UP;
  const waits = call != null && call.state !== 'ENDED' && call.state !== 'IN_PROGRESS' && !ownWish;
  // Out of a call of several, which the others go on with.
  const left = call?.state === 'IN_PROGRESS';
  const [looks, setLooks] = useState(0);
  const ending = ownWish && left && looks < LOOKS;
  useEffect(() => {
    if (!ending) return;
    const timer = setTimeout(() => {
      setLooks(looks + 1);
      reload({ requestPolicy: 'network-only' });
    }, LOOK_MS);
    return () => clearTimeout(timer);
  }, [ending, looks, reload]);
  useEffect(() => {
    if (waits) onAlive?.();
  }, [waits, onAlive]);
  useVisit({ state: 'ended', place: null }, call?.queueName ?? null);
  if ((fetching && !data) || ending) {
    return (
      <main className={styles.page} data-center="true">
        <Loader role="progressbar" aria-label="Ending the call" />
      </main>
    );
  }
  const talked = call?.answeredAt != null;
  const message = call != null && LEFT_A_MESSAGE.includes(call.voicemailState ?? 'GREETING');
  const unheard = call?.result === 'VOICEMAIL' && call.voicemailState === 'DROPPED';
  const closed = call?.result === 'MISSED' ? call.queueClosed : null;
  const title = unheard ? 'We could not hear a message' : message ? 'Thank you for your message' : left ? 'You have left the call' : talked ? 'Thank you for the call' : endTitle(call?.result ?? null, closed && (call?.queueName ?? null));
  const rates = talked && !left && data?.viewer.guest?.leg?.role !== 'GUEST';
  return (
    <main className={styles.page} data-center="true">
      <header className={styles.end}>
        {talked || message ? <IconMoodSmile size={48} aria-hidden="true" /> : <IconPhoneOff size={48} aria-hidden="true" />}
        <div role="status">
          <Title order={1}>{title}</Title>
        </div>
        <Text c="dimmed">
          {unheard
            ? 'It was silent or too short, so nothing was kept.'
            : message
              ? 'We listen to it and come back to you.'
              : wordsOf(ownWish && !talked && call?.result !== 'CALLBACK', why)}
          {left && !message && ' The others go on.'}
          {!onAgain && ' You can close this page.'}
        </Text>
        {closed && (
          <Text>
            <Until {...closed} />
          </Text>
        )}
      </header>
      {rates && <RatingForm callId={call.id} rating={call.rating ?? null} />}
      {error && !data && (
        <Alert color="yellow" role="alert" p="sm">
          {explain(error)}{' '}
          <Button size="compact-sm" variant="default" onClick={() => reload({ requestPolicy: 'network-only' })}>
            Try again
          </Button>
        </Alert>
      )}
      {onAgain && (
        <Stack gap="sm">
          {closed?.voicemail && onMessage && (
            <Button size="md" fullWidth onClick={onMessage}>
              Leave a message
            </Button>
          )}
          <Button size="md" variant="default" fullWidth onClick={onAgain}>
            {talked ? 'Start another call' : closed ? 'Look again' : 'Call again'}
          </Button>
        </Stack>
      )}
    </main>
  );
}

function wordsOf(gaveUp: boolean, reason: string): string {
  return gaveUp ? 'You left the line before somebody could answer.' : reason;
}
