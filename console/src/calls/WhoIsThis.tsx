import { Button, Group, Modal, Stack, Tabs, TextInput } from '@mantine/core';
import { type FormEvent, useMemo, useRef, useState } from 'react';
import { useMutation } from 'urql';
import { attempt } from '../api/attempt';
import { explain, payload } from '../api/errors';
import { idempotencyKey } from '../api/key';
import { graphql } from '../gql';
import type { CallIdentityFragment } from '../gql/graphql';
import { type Choosable, ContactPicker } from '../parties/ContactPicker';
import { Fault } from '../ui/Fault';
import styles from './FullCall.module.css';
import { identityOf, newContact } from './identity';

graphql(`
  fragment CallIdentity on Call {
    id
    version
    direction
    contactVerified
    contact {
      id
      name
    }
    legs {
      id
      role
      name
    }
    visits {
      id
      callback
    }
  }
`);

const CallContactSet = graphql(`
  mutation CallContactSet($input: CallContactSetInput!) {
    callContactSet(input: $input) {
      call {
        ...CallIdentity
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
  call: CallIdentityFragment;
}

/** What a caller says of himself is confirmed here, or put right, by whoever talks with him. */
export function WhoIsThis({ call }: Props) {
  const [{ fetching }, set] = useMutation(CallContactSet);
  const [opened, setOpened] = useState(false);
  const other = useRef<HTMLButtonElement>(null);
  const identity = identityOf(call);
  if (!identity) return null;
  const confirm = async (contactId: string) => {
    const input = { callId: call.id, contactId };
    // The button goes, and must not take the focus with it.
    if (await attempt(() => set({ input }), (data) => data.callContactSet)) other.current?.focus();
  };
  return (
    <section className={styles.block} aria-label="Who this is">
      <p aria-live="polite">{identity.words}</p>
      <Group gap={8}>
        {identity.claimed && call.contact && (
          <Button size="xs" loading={fetching} onClick={() => call.contact && void confirm(call.contact.id)}>
            Confirm
          </Button>
        )}
        <Button ref={other} size="xs" variant="default" onClick={() => setOpened(true)}>
          {identity.other}
        </Button>
      </Group>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Who is this?">
        <Choice call={call} onDone={() => setOpened(false)} />
      </Modal>
    </section>
  );
}

function Choice({ call, onDone }: Props & { onDone: () => void }) {
  const [{ fetching }, set] = useMutation(CallContactSet);
  const [tab, setTab] = useState<string | null>('known');
  const [contact, setContact] = useState<Choosable | null>(null);
  const [name, setName] = useState(() => call.legs.find(({ role }) => role === 'CONTACT')?.name ?? '');
  const [email, setEmail] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  // One key for what was typed: a second press after a lost answer makes no second contact.
  const key = useMemo(() => idempotencyKey(), [name, email]);
  const who = tab === 'new' ? newContact(name, email, key) : contact && { contactId: contact.id };

  const say = async () => {
    if (!who || fetching) return;
    setFault(null);
    try {
      payload(await set({ input: { callId: call.id, ...who } }), (data) => data.callContactSet);
      onDone();
    } catch (error) {
      setFault(explain(error));
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void say();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <Tabs value={tab} onChange={setTab} keepMounted={false}>
          <Tabs.List mb="sm">
            <Tabs.Tab value="known">Contact</Tabs.Tab>
            <Tabs.Tab value="new">New contact</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="known">
            <ContactPicker label="Search contacts" value={contact} onValue={setContact} onSubmit={() => void say()} present={[]} />
          </Tabs.Panel>
          <Tabs.Panel value="new">
            <Stack gap="sm">
              <TextInput label="Name" maxLength={200} data-autofocus dir="auto" value={name} onChange={(event) => setName(event.currentTarget.value)} />
              <TextInput label="E-mail" type="email" autoComplete="off" value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
            </Stack>
          </Tabs.Panel>
        </Tabs>
        <Fault words={fault} />
        <Button type="submit" disabled={!who} loading={fetching}>
          {tab === 'new' ? 'Add as a contact' : contact ? <bdi>It is {contact.name}</bdi> : 'Choose a contact'}
        </Button>
      </Stack>
    </form>
  );
}
