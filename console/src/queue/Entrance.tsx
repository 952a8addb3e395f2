import { ActionIcon, Button, Text, Title } from '@mantine/core';
import { IconArrowLeft, IconMicrophone, IconPhone, IconVideo } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useMutation } from 'urql';
import { explain, payload, Refused } from '../api/errors';
import { idempotencyKey } from '../api/key';
import { useLocalMedia } from '../call/hooks';
import { joinedOf } from '../call/graphql-signalling';
import { LocalMedia } from '../call/media';
import { graphql } from '../gql';
import type { QueueInfoQuery } from '../gql/graphql';
import { DeviceCheck } from '../join/DeviceCheck';
import { type Guest, makeGuest } from '../join/guest';
import join from '../join/join.module.css';
import { begin, joinAsGuest, type Ready } from '../join/take-up';
import { Fault } from '../ui/Fault';
import { host } from './embed';
import { Full } from './Full';
import { kept } from './kept';
import styles from './queue.module.css';
import { EMPTY, RequestForm, type Request } from './RequestForm';
import { capital, NOBODY, waitWords } from './words';

const CallRequest = graphql(`
  mutation CallRequest($input: CallRequestInput!) {
    callRequest(input: $input) {
      call {
        id
        direction
        media
      }
      joinToken
      joinUrl
      userErrors {
        code
        message
        path
      }
    }
  }
`);

interface Props {
  info: NonNullable<QueueInfoQuery['queueInfo']>;
  /** The queue is closed or full: a message is left instead. */
  message: boolean;
  onReady: (guest: Guest, ready: Ready) => void;
  /** All lines are busy: one is called back. */
  onCallback: (joinUrl: string) => void;
  onReload: () => void;
  onMessage: () => void;
  onBack: () => void;
}

/** Who calls and about what; then how one sounds and looks; then the call is asked for. */
export function Entrance({ info, message, onReady, onCallback, onReload, onMessage, onBack }: Props) {
  const [request, setRequest] = useState<Request>(() => ({ ...EMPTY, ...host.fields, video: false }));
  const [checking, setChecking] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [calling, setCalling] = useState(false);
  // The last place went while the form was filled in, or the queue that this one sends on to is full as well.
  const [turnedAway, setTurnedAway] = useState(false);
  // From here on the queue itself says when there is room.
  useEffect(() => {
    if (info.full) setTurnedAway(false);
  }, [info.full, turnedAway]);
  const [media, setMedia] = useState(() => new LocalMedia());
  // From the form to the devices and back: what was pressed is gone, so the page takes the focus.
  const page = useRef<HTMLElement>(null);
  const was = useRef(checking);
  useEffect(() => {
    if (was.current !== checking) page.current?.focus();
    was.current = checking;
  }, [checking]);
  const local = useLocalMedia(media);
  // The same attempt, asked for again after a lost answer, is one call.
  const attempt = useRef<string | null>(null);
  const [, callRequest] = useMutation(CallRequest);

  useEffect(
    () =>
      host.onMessage((message) => {
        if (message.cordboard !== 'prefill') return;
        // What the visitor wrote stays.
        setRequest((now) => ({
          ...now,
          name: now.name || (message.fields.name ?? ''),
          email: now.email || (message.fields.email ?? ''),
          subject: now.subject || (message.fields.subject ?? ''),
        }));
      }),
    [],
  );

  const video = request.video && info.media.includes('VIDEO');
  const back = () => {
    media.stop();
    setMedia(new LocalMedia());
    setChecking(false);
  };
  const call = async () => {
    setCalling(true);
    setFault(null);
    attempt.current ??= idempotencyKey();
    try {
      const { call, joinToken, joinUrl } = payload(
        await callRequest({
          input: {
            queueKey: info.key,
            name: request.name.trim(),
            email: request.email.trim() || null,
            phone: request.phone.trim() || null,
            subject: request.subject.trim() || null,
            media: video ? 'VIDEO' : 'AUDIO',
            ...(message && { voicemail: true }),
            idempotencyKey: attempt.current,
          },
        }),
        (data) => data.callRequest,
      );
      if (!joinToken) throw new Error('The server sent no way into the line.');
      // The line is full, and this is the call that will be made.
      if (call?.direction === 'OUTBOUND' && joinUrl) {
        media.stop();
        return onCallback(joinUrl);
      }
      // The line is full, and the one behind it takes no pictures.
      if (video && call?.media === 'AUDIO') await media.setCamera(false);
      const guest = makeGuest(joinToken);
      const { consent } = request;
      kept.write(info.key, { joinToken, callback: false, consent });
      const joined = joinedOf(await joinAsGuest(guest, joinToken, consent));
      const ready = begin(guest, joinToken, { media, joined, open: false, consent });
      onReady(guest, ready);
    } catch (problem) {
      setCalling(false);
      // A refusal has settled the attempt; a lost answer has not.
      if (problem instanceof Refused) {
        attempt.current = null;
        kept.write(info.key, null);
        if (problem.code === 'QUEUE_CLOSED') {
          onReload();
          return back();
        }
        if (problem.code === 'QUEUE_FULL') {
          setTurnedAway(true);
          onReload();
          return back();
        }
        if (problem.field !== null && problem.field in EMPTY) {
          setRefused(problem);
          return back();
        }
      }
      setFault(explain(problem));
    }
  };

  if (!message && (info.full || turnedAway)) {
    const again = () => {
      setTurnedAway(false);
      onReload();
    };
    return <Full info={info} onLook={onReload} onAgain={again} onMessage={info.voicemail ? onMessage : undefined} />;
  }
  const deaf = local.settled && local.audio === null;
  return (
    <main ref={page} tabIndex={-1} className={join.page}>
      <header>
        <div className={styles.head}>
          {(checking || message) && (
            <ActionIcon size={44} aria-label="Back" onClick={checking ? back : onBack} disabled={calling}>
              <IconArrowLeft size={22} />
            </ActionIcon>
          )}
          <Title order={1} dir="auto" className={styles.grow}>
            {info.name}
          </Title>
          {info.open && <span className={styles.open}>Open</span>}
        </div>
        <Text c="dimmed">{message ? 'Leave us a message' : doorWords(info)}</Text>
      </header>
      {checking ? (
        <>
          <DeviceCheck media={media} video={video} camera={info.media.includes('VIDEO')} />
          <div className={join.foot}>
            <Fault words={fault} />
            {message && (
              <Text size="sm" c="dimmed">
                You hear a greeting and a beep; then speak for up to three minutes. {info.voicemailWording}
              </Text>
            )}
            <Button
              size="lg"
              fullWidth
              loading={calling}
              disabled={!local.settled || (message && deaf)}
              variant={deaf ? 'default' : 'filled'}
              leftSection={message ? <IconMicrophone size={20} /> : video ? <IconVideo size={20} /> : <IconPhone size={20} />}
              onClick={() => void call()}
            >
              {message ? 'Leave a message' : deaf ? 'Call without a microphone' : 'Call now'}
            </Button>
          </div>
        </>
      ) : (
        <RequestForm
          info={message ? { ...info, consentWording: null } : info}
          request={request}
          refused={refused}
          onChange={(change) => {
            setRefused(null);
            // Another request than the one that was sent.
            attempt.current = null;
            setRequest((now) => ({ ...now, ...change }));
          }}
          onDone={() => setChecking(true)}
        />
      )}
    </main>
  );
}

function doorWords({ estimatedWaitSeconds }: Props['info']): string {
  const estimate = waitWords(estimatedWaitSeconds ?? null);
  return estimate === null ? NOBODY : capital(estimate);
}
