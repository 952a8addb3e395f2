import { Button, Loader } from '@mantine/core';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useMutation } from 'urql';
import { explain, payload } from '../api/errors';
import { RecordingPlay } from '../calls/RecordingCard';
import { isBeingPrepared } from '../calls/words';
import { graphql } from '../gql';
import type { PlaybackFieldsFragment, VoicemailRowFragment } from '../gql/graphql';
import { sounded } from './listening';
import { tellVoicemail } from './news';
import styles from './Voicemail.module.css';
import { WaveformPlayer } from './WaveformPlayer';

// Few messages have a picture, and hls.js is large.
const Player = lazy(() => import('../calls/Player'));

const VoicemailHeard = graphql(`
  mutation VoicemailHeard($input: VoicemailHeardInput!) {
    voicemailHeard(input: $input) {
      voicemail {
        id
        heardAt
        heardBy {
          id
          name
        }
      }
      userErrors {
        code
        message
      }
    }
  }
`);

/** Plays a message, and says that it was heard once it sounds. Asking for it is logged, as with every recording. */
export function Message({ voicemail }: { voicemail: VoicemailRowFragment }) {
  const { id, recording, heardAt } = voicemail;
  const [, play] = useMutation(RecordingPlay);
  const [, heard] = useMutation(VoicemailHeard);
  const [playback, setPlayback] = useState<PlaybackFieldsFragment | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const ready = recording.state === 'READY';
  const recordingId = recording.id;

  const start = useCallback(async () => {
    setFault(null);
    try {
      setPlayback(payload(await play({ input: { recordingId } }), (data) => data.recordingPlay).playback ?? null);
    } catch (error) {
      setFault(explain(error));
    }
  }, [play, recordingId]);
  useEffect(() => {
    if (ready) void start();
  }, [ready, start]);
  const told = useRef(heardAt != null);
  const listen = (media: HTMLMediaElement) => {
    if (told.current || !sounded(media)) return;
    told.current = true;
    // Whether it could be told changes nothing for whoever listens.
    void heard({ input: { voicemailId: id } }).then(({ error }) => error ?? tellVoicemail());
  };

  if (recording.state === 'DELETED') return <p className={styles.quiet}>The message was deleted.</p>;
  if (recording.state === 'FAILED') return <p className={styles.fault}>{recording.failure ?? 'The message could not be prepared.'}</p>;
  if (!ready) return <p className={styles.quiet}>{isBeingPrepared(recording.state) ? 'The message is being prepared. It plays here in a moment.' : 'The message is being left now.'}</p>;
  if (fault !== null) {
    return (
      <p role="alert" className={styles.fault}>
        {fault}{' '}
        <Button size="compact-xs" variant="default" onClick={() => void start()}>
          Try again
        </Button>
      </p>
    );
  }
  if (!playback) return <Loader size="sm" role="progressbar" aria-label="Loading the message" />;
  if (recording.renditions.some(({ height }) => height != null)) {
    return (
      <Suspense fallback={<Loader size="sm" role="progressbar" aria-label="Loading the player" />}>
        <Player playback={playback} video onExpired={() => void start()} onTime={listen} />
      </Suspense>
    );
  }
  return (
    <WaveformPlayer
      key={playback.downloadUrl}
      url={playback.downloadUrl}
      waveformUrl={playback.waveformUrl ?? null}
      seconds={voicemail.durationSeconds}
      label="Message"
      onTime={listen}
    />
  );
}
