import { Button, Progress, Title } from '@mantine/core';
import { IconPlayerPlayFilled } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useMutation } from 'urql';
import { explain, payload } from '../api/errors';
import { graphql } from '../gql';
import type { PlaybackFieldsFragment, RecordingCardFieldsFragment } from '../gql/graphql';
import { bytes, clock } from '../ui/format';
import page from '../ui/page.module.css';
import styles from './RecordingCard.module.css';
import { recordingWords } from './words';

// hls.js is a third of the console: only who watches loads it.
const Player = lazy(() => import('./Player'));

graphql(`
  fragment RecordingCardFields on Recording {
    id
    state
    progress
    startedAt
    durationSeconds
    bytes
    sha256
    failure
    renditions {
      name
      width
      height
      kbps
      codecs
    }
  }

  fragment PlaybackFields on Playback {
    hlsUrl
    downloadUrl
    posterUrl
    expiresAt
  }
`);

const RecordingPlay = graphql(`
  mutation RecordingPlay($input: RecordingPlayInput!) {
    recordingPlay(input: $input) {
      playback {
        ...PlaybackFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

export function RecordingCard({ recording }: { recording: RecordingCardFieldsFragment }) {
  const facts = [
    recording.durationSeconds != null && clock(recording.durationSeconds),
    recording.bytes != null && bytes(recording.bytes),
  ].filter(Boolean);
  return (
    <section className={page.card} aria-labelledby={recording.id}>
      <div className={page.cardHead}>
        <Title order={2} id={recording.id}>
          {recordingWords(recording.state)}
        </Title>
        <span className={page.count}>{facts.join(' · ')}</span>
      </div>
      <Body recording={recording} />
    </section>
  );
}

function Body({ recording }: { recording: RecordingCardFieldsFragment }) {
  switch (recording.state) {
    case 'READY':
      return <Ready recording={recording} />;
    case 'FINALIZING':
    case 'TRANSCODING': {
      const percent = Math.round((recording.progress ?? 0) * 100);
      return (
        <div className={styles.note} role="status">
          <Progress value={percent} aria-label="Preparation" animated={recording.progress == null} />
          <p>{percent > 0 ? `${percent} % done. ` : ''}It appears here by itself as soon as it can be watched.</p>
        </div>
      );
    }
    case 'RECORDING':
      return <p className={styles.note}>The call is being recorded now. It can be watched after the end.</p>;
    case 'PAUSED':
      return <p className={styles.note}>Nothing is written while it is paused.</p>;
    case 'FAILED':
      return (
        <p className={styles.note} data-tone="fault">
          {recording.failure ?? 'It could not be prepared.'}
        </p>
      );
    case 'DELETED':
      return <p className={styles.note}>It was deleted and can’t be watched any more.</p>;
  }
}

/** Each playback is logged with who it was, so nothing is asked for before somebody presses play. */
function Ready({ recording }: { recording: RecordingCardFieldsFragment }) {
  const [{ fetching }, play] = useMutation(RecordingPlay);
  const [playback, setPlayback] = useState<PlaybackFieldsFragment | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const video = recording.renditions.some((one) => one.height != null);

  const start = async () => {
    setFault(null);
    try {
      const answer = payload(await play({ input: { recordingId: recording.id } }), (data) => data.recordingPlay);
      setPlayback(answer.playback ?? null);
    } catch (error) {
      setFault(explain(error));
    }
  };

  if (playback) {
    return (
      <Suspense fallback={<div className={styles.cover} data-video={video} aria-busy="true" />}>
        <Player playback={playback} video={video} onExpired={() => void start()} />
      </Suspense>
    );
  }
  return (
    <div className={styles.cover} data-video={video}>
      <Button leftSection={<IconPlayerPlayFilled size={16} aria-hidden="true" />} onClick={() => void start()} loading={fetching}>
        Play
      </Button>
      {fault !== null && <p role="alert">{fault}</p>}
    </div>
  );
}
