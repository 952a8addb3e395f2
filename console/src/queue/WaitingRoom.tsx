import { ActionIcon, Alert, Button, Text, Title } from '@mantine/core';
import { IconMicrophone, IconMusic, IconMusicOff, IconPhoneCall, IconPhoneOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useStream } from '../call/hooks';
import { Video } from '../calls/Video';
import type { OwnCall } from '../join/guest-call';
import join from '../join/join.module.css';
import { Level } from '../join/Level';
import { MediaFault } from '../join/MediaFault';
import type { Ready } from '../join/take-up';
import { Since } from '../ui/Time';
import { CallbackRequest } from './CallbackRequest';
import { LeaveMessage } from './LeaveMessage';
import { Meanwhile } from './Meanwhile';
import { Place } from './Place';
import styles from './queue.module.css';
import { useWakeLock } from './wake-lock';
import { isDeserted, type Wait } from './waiting';
import { closedWords, nobodyWords } from './words';

/** Estimates change without an event. */
const REFRESH_MS = 15_000;

interface Props {
  ready: Ready;
  own: OwnCall;
  wait: Wait;
  silent: boolean;
  onSilent: (silent: boolean) => void;
  onCallback: (joinUrl: string) => void;
}

/** In line, with music: where one stands, how long it may take, and the ways out. */
export function WaitingRoom({ ready, own, wait, silent, onSilent, onCallback }: Props) {
  const { media, live } = ready;
  const { call, local, refresh } = own;
  const { phase } = own.live;
  const [asking, setAsking] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const self = useStream(local.video);
  useWakeLock();
  useEffect(() => {
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }, [refresh]);

  const closed = wait.closed ? call?.queueClosed : null;
  const wordsOf = closed ? closedWords : isDeserted(wait) ? nobodyWords : () => 'Stay on the line: you are put through as soon as somebody is free.';
  const stay = wordsOf(call?.callbackAvailable ?? false, call?.voicemailAvailable ?? false);
  const offered = wait.stage === 'offered';
  return (
    <main className={join.page}>
      <header className={styles.head}>
        <Title order={1} dir="auto">
          {wait.queue}
        </Title>
        {call && (
          <Text c="dimmed" component="span" aria-label="Waiting since">
            <Since at={call.createdAt} />
          </Text>
        )}
      </header>
      {wait.stage === 'asking' ? (
        <section className={styles.place} aria-busy="true">
          <span className={styles.words}>One moment…</span>
        </section>
      ) : (
        <Place place={wait.place} seconds={wait.seconds} />
      )}
      <p className={styles.now} data-offered={offered}>
        {offered ? 'An agent is being asked to take your call.' : stay}
      </p>
      <Meanwhile wait={wait} closed={closed} />
      {phase === 'reconnecting' && (
        <Alert color="yellow" role="alert" p="sm">
          The connection is lost. We keep your place for half a minute and try again by ourselves.
        </Alert>
      )}
      <MediaFault own={own} media={media} />
      <section className={styles.devices} aria-label="Sound and picture">
        <div className={styles.row}>
          <span className={styles.grow}>{musicWords(phase, silent)}</span>
          <ActionIcon
            size={44}
            variant="default"
            aria-label="Mute the music"
            aria-pressed={silent}
            onClick={() => onSilent(!silent)}
          >
            {silent ? <IconMusicOff size={22} /> : <IconMusic size={22} />}
          </ActionIcon>
        </div>
        <Level track={local.audio} words="Nobody hears you yet" />
        {self && (
          <div className={styles.self}>
            <Video stream={self} mirrored label="Your own picture" className={join.video} />
          </div>
        )}
      </section>
      <div className={join.foot}>
        {call?.callbackAvailable && (
          <Button size="md" variant="default" fullWidth leftSection={<IconPhoneCall size={20} />} onClick={() => setAsking(true)}>
            Call me back instead
          </Button>
        )}
        {call?.voicemailAvailable && (
          <Button size="md" variant="default" fullWidth leftSection={<IconMicrophone size={20} />} onClick={() => setLeaving(true)}>
            Leave a message
          </Button>
        )}
        <Button
          size="md"
          variant="default"
          className={styles.leave ?? ''}
          fullWidth
          leftSection={<IconPhoneOff size={20} />}
          onClick={() => void live.hangUp()}
        >
          Leave the line
        </Button>
      </div>
      {call && <LeaveMessage callId={call.id} wording={call.voicemailWording ?? null} opened={leaving} onClose={() => setLeaving(false)} />}
      {call && <CallbackRequest callId={call.id} place={wait.place} opened={asking} onClose={() => setAsking(false)} onCallback={onCallback} />}
    </main>
  );
}

function musicWords(phase: string, silent: boolean): string {
  if (phase !== 'connected') return 'The line is being set up…';
  return silent ? 'The music is muted; you will hear the agent' : 'Music plays while you wait';
}
