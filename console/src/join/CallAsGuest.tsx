import { useHotkeys } from '@mantine/hooks';
import { IconPointFilled } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useQuery, useSubscription } from 'urql';
import { Controls } from '../calls/Controls';
import { faultWords, othersWords } from '../calls/live-words';
import { Stage } from '../calls/Stage';
import { Sound } from '../calls/Video';
import { useLiveCall, useLocalMedia, useStream } from '../call/hooks';
import { storedPreferences } from '../call/media';
import { graphql } from '../gql';
import type { GuestCallFragment } from '../gql/graphql';
import { Since } from '../ui/Time';
import styles from './join.module.css';
import type { Ready } from './take-up';

graphql(`
  fragment GuestCall on Call {
    id
    version
    media
    state
    result
    answeredAt
    endedAt
    recordingState
    legs {
      id
      role
      name
      state
      muted
      videoOn
    }
  }
`);

const GuestCallDocument = graphql(`
  query GuestCallOfMine {
    viewer {
      guest {
        call {
          ...GuestCall
          events(first: 1) {
            nodes {
              cursor
            }
          }
        }
      }
    }
  }
`);

const GuestCallNews = graphql(`
  subscription GuestCallNews($callId: ID!, $after: String) {
    callEvents(callId: $callId, after: $after) {
      cursor
      version
      kind
      call {
        ...GuestCall
      }
    }
  }
`);

export function CallAsGuest({ ready, onOver }: { ready: Ready; onOver: (reason: string) => void }) {
  const { live, media } = ready;
  const state = useLiveCall(live);
  const local = useLocalMedia(media);
  const self = useStream(local.video);
  const [speaker, setSpeaker] = useState(() => storedPreferences.read('audiooutput'));
  const started = useRef(false);

  useEffect(() => {
    if (started.current) return;
    started.current = true;
    void live.start(ready.joined ?? undefined);
  }, [live, ready]);

  // The row is read once the leg is ours: before that the token may still be on its way.
  const [{ data }] = useQuery({ query: GuestCallDocument, pause: state.legId === null, requestPolicy: 'network-only' });
  const call = data?.viewer.guest?.call ?? null;
  // From the first event on: whatever happens between reading the row and listening still comes.
  const since = call?.events.nodes[0]?.cursor ?? null;
  useSubscription({
    query: GuestCallNews,
    variables: { callId: call?.id ?? '', after: since },
    pause: call === null,
  });

  const [opened, setOpened] = useState(!ready.open);
  useEffect(() => {
    if (opened || call === null) return;
    setOpened(true);
    void media.open(call.media === 'VIDEO');
  }, [opened, call, media]);

  const over = state.phase === 'ended' ? (state.endReason ?? 'The call has ended') : null;
  useEffect(() => {
    if (over === null) return;
    media.stop();
    onOver(sentence(over));
  }, [over, media, onOver]);

  useEffect(() => {
    const wake = () => live.wake();
    addEventListener('online', wake);
    return () => removeEventListener('online', wake);
  }, [live]);

  useHotkeys([
    ['m', () => media.setMicrophone(!media.state().microphoneOn)],
    ['v', () => void media.setCamera(!media.state().cameraOn)],
  ]);

  const agent = call?.legs.find((leg) => leg.role === 'AGENT');
  const choose = (deviceId: string) => {
    storedPreferences.write('audiooutput', deviceId);
    setSpeaker(deviceId);
  };
  return (
    <main className={styles.call}>
      <Sound stream={state.remote} sinkId={speaker} />
      <h1 className={styles.hidden}>Call with {agent?.name ?? 'us'}</h1>
      <header className={styles.callHead}>
        <span dir="auto">{agent?.name}</span>
        {call?.recordingState === 'RECORDING' && (
          <span className={styles.recording}>
            <IconPointFilled size={16} aria-hidden="true" />
            Recording
          </span>
        )}
        {call?.answeredAt && <Since at={call.answeredAt} />}
      </header>
      <Stage
        remote={state.remote}
        self={self}
        name={agent?.name ?? ''}
        words={words(state.phase, agent)}
        pictureWanted={agent?.videoOn ?? false}
        muted={agent?.muted ?? false}
      />
      {(state.phase === 'reconnecting' || local.fault) && (
        <p className={styles.band} role="status">
          {local.fault ? faultWords(local.fault) : 'Connection lost. Reconnecting…'}
        </p>
      )}
      <footer className={styles.callFoot}>
        <Controls media={media} onHangUp={() => void live.hangUp()} speaker={speaker} onSpeaker={choose} large />
      </footer>
    </main>
  );
}

function words(phase: string, agent: GuestCallFragment['legs'][number] | undefined): string {
  if (phase === 'joining' || phase === 'connecting') return 'Connecting…';
  if (phase === 'reconnecting') return 'Connection lost. Reconnecting…';
  if (agent?.state === 'RECONNECTING') return 'The other side lost the connection. Please wait.';
  if (agent?.state === 'CONNECTED') return othersWords(agent);
  return 'Please wait, we are connecting you.';
}

/** Reasons come with or without a full stop. */
function sentence(reason: string): string {
  return /[.!?]$/.test(reason) ? reason : `${reason}.`;
}
