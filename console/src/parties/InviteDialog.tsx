import { Button, Modal, Stack, Tabs, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useMutation } from 'urql';
import { ColleaguePicker } from '../agents/ColleaguePicker';
import type { Colleague } from '../agents/colleagues';
import { explain, payload } from '../api/errors';
import { idempotencyKey } from '../api/key';
import { LinkField } from '../calls/LinkField';
import { Fault } from '../ui/Fault';
import { type Choosable, ContactPicker } from './ContactPicker';
import { LegInvite } from './invite';
import styles from './Parties.module.css';

interface Props {
  callId: string;
  /** Users and contacts who are in the call already. */
  present: readonly string[];
}

interface Made {
  name: string;
  url: string;
}

/** Who comes into the call: a colleague is rung, everybody else gets a link. */
export function InviteDialog({ opened, onClose, ...props }: Props & { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Ask somebody in">
      <Choice onDone={onClose} {...props} />
    </Modal>
  );
}

function Choice({ callId, present, onDone }: Props & { onDone: () => void }) {
  const [, invite] = useMutation(LegInvite);
  const [tab, setTab] = useState<string | null>('colleague');
  const [colleague, setColleague] = useState<Colleague | null>(null);
  const [contact, setContact] = useState<Choosable | null>(null);
  const [guest, setGuest] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [made, setMade] = useState<Made | null>(null);

  const whom =
    tab === 'colleague' ? colleague && { userId: colleague.user.id } : tab === 'contact' ? contact && { contactId: contact.id } : guest.trim() === '' ? null : { name: guest.trim() };
  const ask = async () => {
    if (!whom || busy) return;
    setBusy(true);
    setFault(null);
    try {
      const input = { callId, ...whom, idempotencyKey: idempotencyKey() };
      const { leg, joinUrl } = payload(await invite({ input }), (data) => data.legInvite);
      if (leg && joinUrl) setMade({ name: leg.name, url: joinUrl });
      else {
        notifications.show({ color: 'gray', title: `${colleague?.user.name ?? 'The colleague'} is being asked`, message: 'You see it here when they come in.' });
        onDone();
      }
    } catch (error) {
      setFault(explain(error));
    } finally {
      setBusy(false);
    }
  };

  if (made) {
    return (
      <Stack gap="sm">
        <p className={styles.words} dir="auto">
          Send this link to {made.name}. Whoever opens it first joins this call under that name; it is good for ten minutes.
        </p>
        <LinkField url={made.url} label={`Link for ${made.name}`} />
        <Button variant="default" onClick={onDone}>
          Done
        </Button>
      </Stack>
    );
  }
  return (
    <Stack gap="sm">
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="sm">
          <Tabs.Tab value="colleague">Colleague</Tabs.Tab>
          <Tabs.Tab value="contact">Contact</Tabs.Tab>
          <Tabs.Tab value="guest">Guest</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="colleague">
          <ColleaguePicker value={colleague} onValue={setColleague} onSubmit={() => void ask()} present={present} />
        </Tabs.Panel>
        <Tabs.Panel value="contact">
          <ContactPicker label="Search contacts to ask in" value={contact} onValue={setContact} onSubmit={() => void ask()} present={present} />
        </Tabs.Panel>
        <Tabs.Panel value="guest">
          <TextInput
            label="Name"
            description="As the others will see it"
            maxLength={200}
            data-autofocus
            dir="auto"
            value={guest}
            onChange={(event) => setGuest(event.currentTarget.value)}
            onKeyDown={(event) => event.key === 'Enter' && void ask()}
          />
        </Tabs.Panel>
      </Tabs>
      <Fault words={fault} />
      <Button onClick={() => void ask()} disabled={whom === null} loading={busy}>
        {tab === 'colleague' ? (colleague ? <bdi>Ask {colleague.user.name}</bdi> : 'Nobody is free now') : 'Make a link'}
      </Button>
    </Stack>
  );
}
