import { Alert, Button, Loader, Stack } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { Client, fetchExchange } from '@urql/core';
import { useCallback, useEffect, useState } from 'react';
import { Provider } from 'urql';
import { explain } from '../api/errors';
import { graphql } from '../gql';
import { Elsewhere } from '../join/Elsewhere';
import { Ended } from '../join/Ended';
import { GuestCall } from '../join/GuestCall';
import { type Guest, makeGuest } from '../join/guest';
import join from '../join/join.module.css';
import { LinkVisit } from '../join/LinkVisit';
import { Notice } from '../join/Notice';
import { type Ready, takeUp } from '../join/take-up';
import { useVisit } from '../join/visit';
import { useRepeated } from '../ui/useRepeated';
import { Closed } from './Closed';
import { host } from './embed';
import { type Kept, kept } from './kept';
import { Entrance } from './Entrance';

const QueueInfoDocument = graphql(`
  query QueueInfo($key: String!) {
    queueInfo(key: $key) {
      key
      name
      open
      opensAt
      closedMessage
      media
      callback
      full
      estimatedWaitSeconds
      consentWording
      voicemail
      voicemailWording
    }
  }
`);

/** Nobody is signed in here: no token is sent before the call has one. */
const anonymous = new Client({ url: '/graphql', preferGetMethod: false, exchanges: [fetchExchange] });

/** A queue's public page: anybody calls, waits, talks and rates, without an account. */
export function QueuePage() {
  const { key } = useParams({ from: '/q/$key' });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // A dialog of this page takes its own Escape.
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('[role="dialog"]')) host.escape();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return <QueueVisit key={key} queueKey={key} />;
}

type Step =
  | { name: 'entrance'; message: boolean }
  | { name: 'in-call'; guest: Guest; ready: Ready; message: boolean }
  | { name: 'elsewhere' }
  | { name: 'callback'; joinToken: string }
  | { name: 'over'; guest: Guest; reason: string };

/** Where a reload of the page goes on. */
function takenUp(visit: Kept | null): Step {
  if (visit === null) return { name: 'entrance', message: false };
  const { joinToken, callback, consent } = visit;
  if (callback) return { name: 'callback', joinToken };
  const guest = makeGuest(joinToken);
  return { name: 'in-call', guest, ready: takeUp(guest, joinToken, consent), message: false };
}

function QueueVisit({ queueKey }: { queueKey: string }) {
  const [step, setStep] = useState(() => takenUp(kept.read(queueKey)));
  const enter = (message: boolean) => {
    kept.write(queueKey, null);
    setStep({ name: 'entrance', message });
  };
  const again = () => enter(false);
  const callBack = useCallback(
    (joinUrl: string) => {
      const joinToken = joinUrl.split('/').at(-1) ?? '';
      kept.write(queueKey, { joinToken, callback: true, consent: null });
      setStep({ name: 'callback', joinToken });
    },
    [queueKey],
  );
  switch (step.name) {
    case 'entrance':
      return (
        <Provider value={anonymous}>
          <AtTheDoor
            queueKey={queueKey}
            leaveMessage={step.message}
            onReady={(guest, ready, message) => setStep({ name: 'in-call', guest, ready, message })}
            onCallback={callBack}
          />
        </Provider>
      );
    case 'in-call':
      return (
        <Provider value={step.guest.client}>
          <GuestCall
            ready={step.ready}
            inQueue
            message={step.message}
            onOver={(reason) => setStep({ name: 'over', guest: step.guest, reason })}
            onTaken={() => setStep({ name: 'elsewhere' })}
            onCallback={callBack}
          />
        </Provider>
      );
    case 'elsewhere':
      return <Elsewhere onContinue={() => setStep(takenUp(kept.read(queueKey)))} />;
    case 'callback':
      return <LinkVisit key={step.joinToken} joinToken={step.joinToken} onAgain={again} />;
    case 'over':
      return (
        <Provider value={step.guest.client}>
          <Ended reason={step.reason} onCallback={callBack} onAgain={again} onMessage={() => enter(true)} />
        </Provider>
      );
  }
}

interface DoorProps {
  queueKey: string;
  /** Begins with a message instead of a call. */
  leaveMessage: boolean;
  onReady: (guest: Guest, ready: Ready, message: boolean) => void;
  onCallback: (joinUrl: string) => void;
}

function AtTheDoor({ queueKey, leaveMessage, onReady, onCallback }: DoorProps) {
  // What is typed stays, also while the queue can't be read again.
  const { data, error, fetching, again } = useRepeated({ query: QueueInfoDocument, variables: { key: queueKey } });
  const [wished, setWished] = useState(leaveMessage);
  const info = data?.queueInfo;
  const message = wished && info?.voicemail === true;
  useVisit({ state: info && !info.open ? 'closed' : 'form', place: null }, info?.name ?? null);
  if (error && !data) {
    return (
      <main className={join.page} data-center="true">
        <Alert color="yellow" role="alert" title="This page could not be loaded">
          <Stack gap="sm" align="start">
            {explain(error)}
            <Button variant="default" onClick={again} loading={fetching}>
              Try again
            </Button>
          </Stack>
        </Alert>
      </main>
    );
  }
  if (data === undefined) {
    return (
      <main className={join.page} data-center="true">
        <Loader role="progressbar" aria-label="Loading" />
      </main>
    );
  }
  if (!info) {
    return (
      <Notice kind="expired" title="There is no such page">
        The address may be mistyped, or this line was closed for good. Ask for a new address where you found this one.
      </Notice>
    );
  }
  if (!info.open && !message) return <Closed info={info} onAgain={again} onMessage={() => setWished(true)} />;
  return (
    <Entrance
      info={info}
      message={message}
      onReady={(guest, ready) => onReady(guest, ready, message)}
      onCallback={onCallback}
      onReload={again}
      onMessage={() => setWished(true)}
      onBack={() => setWished(false)}
    />
  );
}
