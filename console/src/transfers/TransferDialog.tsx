import { Button, Group, Kbd, Modal, Stack, Tabs } from '@mantine/core';
import { useState } from 'react';
import { ColleaguePicker } from '../agents/ColleaguePicker';
import type { Colleague } from '../agents/colleagues';
import { explain } from '../api/errors';
import type { TransferKind } from '../gql/graphql';
import { Fault } from '../ui/Fault';
import { type Destination, QueuePicker } from './QueuePicker';
import styles from './TransferDialog.module.css';
import type { Target, Transferring } from './transfer';

interface Props {
  opened: boolean;
  onClose: () => void;
  transferring: Transferring;
  /** Whom it is about. */
  name: string;
  /** Users who are in the call already. */
  present: readonly string[];
}

/** Who takes the call over. Enter does what is done most; Shift+Enter the other. */
export function TransferDialog({ opened, onClose, name, ...props }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={<bdi>Transfer {name}</bdi>} size="md">
      <Choice onDone={onClose} name={name} {...props} />
    </Modal>
  );
}

function Choice({ onDone, transferring, name, present }: Omit<Props, 'opened' | 'onClose'> & { onDone: () => void }) {
  const [tab, setTab] = useState<string | null>('colleagues');
  const [colleague, setColleague] = useState<Colleague | null>(null);
  const [queue, setQueue] = useState<Destination | null>(null);
  const [busy, setBusy] = useState<TransferKind | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const toQueue = tab === 'queues';
  const target: Target | null = toQueue ? queue && { toQueueId: queue.id } : colleague && { toAgentId: colleague.id };

  const begin = async (kind: TransferKind) => {
    if (!target || busy) return;
    setBusy(kind);
    setFault(null);
    try {
      await transferring.begin(kind, target);
      onDone();
    } catch (error) {
      setFault(explain(error));
      setBusy(null);
    }
  };
  // To a colleague one speaks first; into a queue one puts somebody and goes on.
  const kinds: readonly [TransferKind, TransferKind] = toQueue ? ['BLIND', 'WARM'] : ['WARM', 'BLIND'];
  const submit = (other: boolean) => void begin(other ? kinds[1] : kinds[0]);
  const who = toQueue ? queue?.name : colleague?.user.name;
  return (
    <Stack gap="sm">
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="sm">
          <Tabs.Tab value="colleagues">Colleagues</Tabs.Tab>
          <Tabs.Tab value="queues">Queues</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="colleagues">
          <ColleaguePicker value={colleague} onValue={setColleague} onSubmit={submit} present={present} />
        </Tabs.Panel>
        <Tabs.Panel value="queues">
          <QueuePicker value={queue} onValue={setQueue} onSubmit={submit} />
        </Tabs.Panel>
      </Tabs>
      <Fault words={fault} />
      <p className={styles.what} dir="auto">
        {who === undefined
          ? toQueue
            ? 'No queue is open now.'
            : 'Nobody is free now.'
          : `${name} hears music meanwhile. You can take the call back until somebody has it.`}
      </p>
      <Group gap="xs" grow className={styles.buttons}>
        {kinds.map((kind, index) => (
          <Button
            key={kind}
            variant={index === 0 ? 'filled' : 'default'}
            disabled={target === null || (busy !== null && busy !== kind)}
            loading={busy === kind}
            onClick={() => void begin(kind)}
            rightSection={<Kbd size="xs" className={styles.key ?? ''}>{index === 0 ? 'Enter' : '⇧ Enter'}</Kbd>}
          >
            {buttonWords(kind, toQueue)}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}

function buttonWords(kind: TransferKind, toQueue: boolean): string {
  if (kind === 'WARM') return toQueue ? 'Ask somebody first' : 'Talk first';
  return toQueue ? 'Put in the queue' : 'Hand over';
}
