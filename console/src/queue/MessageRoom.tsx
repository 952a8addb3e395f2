import { Alert, Button, Title } from '@mantine/core';
import { IconCheck, IconEar } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useStream } from '../call/hooks';
import { faultWords } from '../calls/live-words';
import { Video } from '../calls/Video';
import type { OwnCall } from '../join/guest-call';
import join from '../join/join.module.css';
import { Level } from '../join/Level';
import type { Ready } from '../join/take-up';
import { clock } from '../ui/format';
import { useNow } from '../ui/Time';
import styles from './queue.module.css';
import { messageWords } from './words';

/** As long as a message may be. */
const LIMIT_SECONDS = 180;
/** So soon before the end it is said that little time is left. */
const SOON_SECONDS = 20;

/** Leaving a message: first the greeting is heard, from the beep on one speaks. */
export function MessageRoom({ ready: { live, media }, own, queue }: { ready: Ready; own: OwnCall; queue: string | null }) {
  const { call, local } = own;
  const self = useStream(local.video);
  const recording = call?.voicemailState === 'RECORDING';
  const left = useTimeLeft(call?.voicemailState ?? null);
  return (
    <main className={join.page}>
      <Title order={1} dir="auto">
        {queue ?? 'Leave a message'}
      </Title>
      <section className={styles.place} data-recording={recording} aria-label="Your message">
        {recording ? (
          <>
            <span className={styles.words}>
              <span className={styles.record} aria-hidden="true" />
              Recording
            </span>
            {left !== null && <time className={styles.figure}>{clock(left)}</time>}
            <span className={styles.estimate} role={left !== null && left <= SOON_SECONDS ? 'alert' : undefined}>
              {left !== null && left <= SOON_SECONDS ? 'Please come to an end' : 'Speak now'}
            </span>
          </>
        ) : (
          <>
            <IconEar size={48} aria-hidden="true" />
            <span className={styles.words}>{live.state().phase === 'connected' ? 'Listen to the greeting' : 'One moment…'}</span>
            <span className={styles.estimate}>Speak after the beep</span>
          </>
        )}
      </section>
      <p className={join.hidden} role="status">
        {messageWords(recording)}
      </p>
      {own.live.phase === 'reconnecting' && (
        <Alert color="yellow" role="alert" p="sm">
          The connection is lost. What you said is kept; it goes on as soon as the connection is back.
        </Alert>
      )}
      {local.fault && (
        <Alert color="yellow" role="alert" p="sm">
          {faultWords(local.fault)}{' '}
          <Button size="compact-sm" variant="default" onClick={() => void media.open(call?.media === 'VIDEO')}>
            Try again
          </Button>
        </Alert>
      )}
      <section className={styles.devices} aria-label="Sound and picture">
        <Level track={local.audio} words={recording ? 'You are recorded' : 'Not recorded yet'} />
        {self && (
          <div className={styles.self}>
            <Video stream={self} mirrored label="Your own picture" className={join.video} />
          </div>
        )}
      </section>
      <div className={join.foot}>
        <Button
          size="lg"
          fullWidth
          variant={recording ? 'filled' : 'default'}
          leftSection={recording ? <IconCheck size={20} /> : undefined}
          onClick={() => void live.hangUp()}
        >
          {recording ? 'Done' : 'Hang up'}
        </Button>
      </div>
    </main>
  );
}

/** Seconds of the message that are left; null before the beep, and where this page didn't hear it. */
function useTimeLeft(state: string | null): number | null {
  const now = useNow(250);
  const [beep, setBeep] = useState<number | null>(null);
  const before = useRef(state);
  useEffect(() => {
    if (before.current === 'GREETING' && state === 'RECORDING') setBeep(Date.now());
    before.current = state;
  }, [state]);
  return state === 'RECORDING' && beep !== null ? Math.max(0, LIMIT_SECONDS - (now.getTime() - beep) / 1000) : null;
}
