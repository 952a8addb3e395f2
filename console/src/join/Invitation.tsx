import { Alert, Button, Loader, Stack, Text, Title } from '@mantine/core';
import { IconPhone, IconVideo } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { explain } from '../api/errors';
import { joinedOf } from '../call/graphql-signalling';
import { LocalMedia } from '../call/media';
import { graphql } from '../gql';
import { CallbackWait } from '../queue/CallbackWait';
import { heartbeat } from '../queue/heartbeat';
import { useRinging } from '../queue/ringing';
import { Fault } from '../ui/Fault';
import { Face } from '../ui/Person';
import { ConsentQuestion } from './ConsentQuestion';
import { DeviceCheck } from './DeviceCheck';
import type { Guest } from './guest';
import styles from './join.module.css';
import { begin, joinAsGuest, type Ready } from './take-up';
import type { UNUSABLE } from './unusable';
import { useVisit } from './visit';

const InvitationDocument = graphql(`
  query Invitation($joinToken: String!) {
    invitation(joinToken: $joinToken) {
      callerName
      contactName
      media
      subject
      state
      consentWording
      callback
      waiting
      queueName
      position
      estimatedWaitSeconds
      queueClosed {
        opensAt
        message
      }
    }
  }
`);

interface Props {
  guest: Guest;
  joinToken: string;
  onReady: (ready: Ready, inQueue: boolean) => void;
  onUnusable: (why: keyof typeof UNUSABLE) => void;
}

/** How soon a call-back rings here after the agent is ready. */
const ASK_EVERY_MS = 3_000;

/** Who is calling, how one looks and sounds, whether it may be recorded. A call-back is waited for here first. */
export function Invitation({ guest, joinToken, onReady, onUnusable }: Props) {
  const [{ data, error }, reload] = useQuery({
    query: InvitationDocument,
    variables: { joinToken },
    requestPolicy: 'network-only',
  });
  const [media, setMedia] = useState(() => new LocalMedia());
  const [consent, setConsent] = useState<boolean | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [joining, setJoining] = useState(false);
  // A call-back that was on its way when the answers stop is over, and the page knew it.
  const [callback, setCallback] = useState(false);
  const invitation = data?.invitation;
  const missing = data !== undefined && !invitation;
  // Another call that waits is joined at once: the contact waits in it.
  const inLine = invitation?.waiting === true && !invitation.callback;
  const waiting = invitation?.waiting === true && invitation.callback;
  const ringing = callback && invitation != null && !waiting;

  useEffect(() => {
    if (invitation?.callback) setCallback(true);
  }, [invitation?.callback]);
  useEffect(() => {
    if (!missing) return;
    media.stop();
    onUnusable(callback ? 'missed' : 'gone');
  }, [missing, callback, media, onUnusable]);
  useEffect(() => {
    if (!waiting) return;
    // Rung in vain: the microphone isn't held until the next time.
    setMedia((held) => {
      held.stop();
      return new LocalMedia();
    });
  }, [waiting]);
  useEffect(() => {
    if (!callback || joining) return;
    return heartbeat(ASK_EVERY_MS, () => reload({ requestPolicy: 'network-only' }));
  }, [callback, joining, reload]);
  const ringer = useRinging(ringing && !joining);
  useVisit({ state: callback ? (ringing ? 'ringing' : 'callback') : 'form', place: invitation?.position ?? null }, invitation?.queueName ?? null);

  // One poll that fails is no news; the next one comes.
  if (error && !invitation) {
    return (
      <main className={styles.page} data-center="true">
        <Alert color="yellow" role="alert" title="The invitation could not be loaded">
          <Stack gap="sm" align="start">
            {explain(error)}
            <Button variant="default" onClick={() => reload({ requestPolicy: 'network-only' })}>
              Try again
            </Button>
          </Stack>
        </Alert>
      </main>
    );
  }
  if (!invitation) {
    return (
      <main className={styles.page} data-center="true">
        <Loader role="progressbar" aria-label="Loading the invitation" />
      </main>
    );
  }
  if (waiting) {
    return (
      <CallbackWait
        joinToken={joinToken}
        onCancelled={() => onUnusable('cancelled')}
        queue={invitation.queueName ?? null}
        place={invitation.position ?? null}
        seconds={invitation.estimatedWaitSeconds ?? null}
        closed={invitation.queueClosed ?? null}
        link={`${location.origin}/join/${joinToken}`}
        ringer={ringer}
        offline={error !== undefined}
      />
    );
  }

  const wording = invitation.consentWording ?? null;
  const video = invitation.media === 'VIDEO';
  const join = async () => {
    if (wording !== null && consent === null) {
      setFault('Please choose whether this call may be recorded.');
      return;
    }
    setJoining(true);
    setFault(null);
    try {
      const joined = joinedOf(await joinAsGuest(guest, joinToken, consent));
      onReady(begin(guest, joinToken, { media, joined, open: false, consent }), inLine);
    } catch (problem) {
      setFault(explain(problem));
      setJoining(false);
    }
  };

  return (
    <main className={styles.page}>
      <header className={styles.caller} data-ringing={ringing}>
        <Face name={invitation.callerName} size={56} />
        <div>
          <Title order={1} dir="auto">
            {invitation.callerName}
          </Title>
          <Text c={ringing ? undefined : 'dimmed'} fw={ringing ? 600 : undefined} role={ringing ? 'alert' : undefined}>
            {inLine ? 'Your call is waiting in line' : ringing ? 'is calling you back now' : video ? 'would like to talk to you by video' : 'would like to talk to you'}
          </Text>
          {invitation.subject && <Text dir="auto">{invitation.subject}</Text>}
        </div>
      </header>
      <DeviceCheck media={media} video={video} />
      {wording !== null && <ConsentQuestion wording={wording} value={consent} onChange={setConsent} />}
      <div className={styles.foot}>
        <Fault words={fault} />
        <Button
          size="lg"
          fullWidth
          loading={joining}
          onClick={() => void join()}
          leftSection={video ? <IconVideo size={20} /> : <IconPhone size={20} />}
        >
          Join the call
        </Button>
      </div>
    </main>
  );
}
