import { Alert, Button, CopyButton, Modal, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconBell, IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useMutation } from 'urql';
import { explain, payload } from '../api/errors';
import { graphql } from '../gql';
import join from '../join/join.module.css';
import { Fault } from '../ui/Fault';
import { Place } from './Place';
import styles from './queue.module.css';
import type { Ringer } from './ringer';
import { Until } from './Until';

const CallbackCancelDocument = graphql(`
  mutation CallbackCancel($input: CallbackCancelInput!) {
    callbackCancel(input: $input) {
      call {
        id
        version
        state
        result
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

interface Props {
  joinToken: string;
  queue: string | null;
  place: number | null;
  seconds: number | null;
  /** There while the queue is closed: nobody is called back before it opens. */
  closed: { message?: string | null; opensAt?: string | null } | null;
  link: string;
  ringer: Ringer;
  offline: boolean;
  onCancelled: () => void;
}

/** The line is hung up, the place is kept: this page rings when the turn comes. */
export function CallbackWait({ joinToken, queue, place, seconds, closed, link, ringer, offline, onCancelled }: Props) {
  const [armed, setArmed] = useState(true);
  const [{ fetching }, cancel] = useMutation(CallbackCancelDocument);
  const [fault, setFault] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const giveUp = async () => {
    setFault(null);
    try {
      payload(await cancel({ input: { joinToken } }), (data) => data.callbackCancel);
      onCancelled();
    } catch (problem) {
      setFault(explain(problem));
    }
  };
  useEffect(() => {
    void ringer.arm().then(setArmed);
  }, [ringer]);
  return (
    <main className={join.page}>
      <header>
        <Title order={1} dir="auto">
          {queue ?? 'Call-back'}
        </Title>
        <Text c="dimmed">We will call you back</Text>
      </header>
      <Place place={place} seconds={seconds} live />
      {closed && (
        <Alert color="yellow" p="sm" title="Closed: we call you back once we are open again">
          <Until {...closed} />
        </Alert>
      )}
      <Text>Keep this page open: it rings here as soon as somebody is ready for you. You need not listen to anything until then.</Text>
      {!armed && (
        <Alert color="yellow" p="sm" title="This page may not make sounds yet">
          <Button variant="default" leftSection={<IconBell size={18} />} onClick={() => void ringer.arm().then(setArmed)}>
            Let it ring
          </Button>
        </Alert>
      )}
      {offline && (
        <Alert color="yellow" role="alert" p="sm">
          You are offline. Your place is kept; the page goes on by itself once the connection is back.
        </Alert>
      )}
      <div className={join.foot}>
        <TextInput
          label="Or answer on another device, by this link"
          description="Whoever has it can take the call. It works once."
          value={link}
          readOnly
          size="md"
          classNames={{ input: styles.link ?? '' }}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton value={link}>
          {({ copied, copy }) => (
            <Button size="md" variant="default" fullWidth onClick={copy} leftSection={copied ? <IconCheck size={18} /> : <IconCopy size={18} />}>
              {copied ? 'Copied' : 'Copy the link'}
            </Button>
          )}
        </CopyButton>
        <Button size="md" variant="subtle" color="gray" fullWidth onClick={() => setAsking(true)}>
          Cancel the call-back
        </Button>
      </div>
      {/* Not the browser's own question: in the frame of another site it is not put, and while it stands nothing rings. */}
      <Modal opened={asking} onClose={() => setAsking(false)} title="Cancel the call-back?" centered>
        <Stack gap="sm">
          <Text>Your place is given up, and nobody calls you.</Text>
          <Fault words={fault} />
          <Button size="md" variant="default" loading={fetching} onClick={() => void giveUp()}>
            Give up my place
          </Button>
          <Button size="md" data-autofocus onClick={() => setAsking(false)}>
            Keep the call-back
          </Button>
        </Stack>
      </Modal>
    </main>
  );
}
