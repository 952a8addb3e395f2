import { Alert, Button, Title } from '@mantine/core';
import { IconCheck, IconEar } from '@tabler/icons-react';
import { useState } from 'react';
import { explain, payload } from '../api/errors';
import { useStream } from '../call/hooks';
import { Video } from '../calls/Video';
import { ConsentGive } from '../join/ConsentQuestion';
import type { Guest } from '../join/guest';
import type { OwnCall } from '../join/guest-call';
import join from '../join/join.module.css';
import { Level } from '../join/Level';
import { MediaFault } from '../join/MediaFault';
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
export function MessageRoom({ ready: { live, media, guest }, own, queue }: { ready: Ready; own: OwnCall; queue: string | null }) {
  const { call, local } = own;
  const self = useStream(local.video);
  const recording = call?.voicemailState === 'RECORDING';
  const me = call?.legs.find(({ id }) => id === own.live.legId);
  const left = useTimeLeft(call?.voicemailEndsAt ?? null);
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
      {me && !me.consent && call?.voicemailState === 'GREETING' && <Agreement legId={me.id} wording={call.voicemailWording ?? null} guest={guest} />}
      {own.live.phase === 'reconnecting' && (
        <Alert color="yellow" role="alert" p="sm">
          The connection is lost. What you said is kept; it goes on as soon as the connection is back.
        </Alert>
      )}
      <MediaFault own={own} media={media} />
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

/** For one whom nobody has asked before: nothing is recorded without it. Whoever does not agree hangs up. */
function Agreement({ legId, wording, guest }: { legId: string; wording: string | null; guest: Guest }) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const agree = async () => {
    setBusy(true);
    setFault(null);
    try {
      const input = { legId, given: true };
      payload(await guest.client.mutation(ConsentGive, { input }).toPromise(), (given) => given.consentGive);
    } catch (problem) {
      setFault(explain(problem));
      setBusy(false);
    }
  };
  return (
    <Alert color="yellow" p="sm" title="Nobody is free to answer. You can leave a message.">
      <p className={styles.agreement}>{wording}</p>
      {fault !== null && (
        <p className={styles.agreement} role="alert">
          {fault}
        </p>
      )}
      <Button size="md" fullWidth loading={busy} onClick={() => void agree()}>
        Yes, record my message
      </Button>
    </Alert>
  );
}

/** Seconds of the message that are left; null while none is recorded. */
function useTimeLeft(endsAt: string | null): number | null {
  const now = useNow(250).getTime();
  // By this clock, which may be wrong: never more than a message may take.
  return endsAt === null ? null : Math.min(LIMIT_SECONDS, Math.max(0, (Date.parse(endsAt) - now) / 1000));
}
