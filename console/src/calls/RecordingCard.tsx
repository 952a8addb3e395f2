import { ActionIcon, Progress, Title } from '@mantine/core';
import { IconPlayerPlayFilled } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useMutation } from 'urql';
import { explain, payload } from '../api/errors';
import { graphql } from '../gql';
import type { PlaybackFieldsFragment, RecordingCardFieldsFragment } from '../gql/graphql';
import { bytes, clock } from '../ui/format';
import page from '../ui/page.module.css';
import { Face } from '../ui/Person';
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
    waveformUrl
    expiresAt
  }
`);

export const RecordingPlay = graphql(`
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

interface Props {
  recording: RecordingCardFieldsFragment;
  /** Who is in it, from left to right. */
  people: string[];
}

export function RecordingCard({ recording, people }: Props) {
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
      <Body recording={recording} people={people} />
    </section>
  );
}

function Body({ recording, people }: Props) {
  switch (recording.state) {
    case 'READY':
      return <Ready recording={recording} people={people} />;
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

/**
 * Each playback is logged with who it was, so nothing is asked for before somebody presses play, not
 * even a picture of it: its cover shows who is in it.
 */
function Ready({ recording, people }: Props) {
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
      {people.map((name, place) => (
        <div key={place} className={styles.person}>
          <Face name={name} size={video ? 72 : 40} />
          <span dir="auto">{name}</span>
        </div>
      ))}
      <ActionIcon
        size={64}
        radius="50%"
        variant="white"
        color="dark"
        className={styles.play}
        aria-label="Play"
        onClick={() => void start()}
        loading={fetching}
      >
        <IconPlayerPlayFilled size={28} />
      </ActionIcon>
      {fault !== null && (
        <p role="alert" className={styles.refused}>
          {fault}
        </p>
      )}
    </div>
  );
}
