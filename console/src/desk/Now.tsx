import { Button, Menu } from '@mantine/core';
import { IconBellRinging, IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { useMyself, useStatusSet } from '../agents/myself';
import { StatusItems } from '../agents/StatusItems';
import { Dot } from '../agents/Dot';
import { activityOf, nextWords } from '../agents/words';
import { useCurrentCall } from '../app/workspace';
import { TakeUp } from '../calls/TakeUp';
import { Since } from '../ui/Time';
import styles from './Desk.module.css';

/** What is true of oneself now, what it means, and the one thing that one likely wants. */
export function Now() {
  const myself = useMyself();
  const set = useStatusSet();
  const current = useCurrentCall();
  if (!myself) return <section className={styles.now} aria-label="Your status" />;
  const { words, tone } = activityOf(myself);
  const next = nextWords(myself);
  // A call of ours that runs in another tab, or in none since a browser closed.
  const elsewhere = myself.activity === 'ON_CALL' && myself.currentCall?.id !== current?.ticket.callId ? myself.currentCall : null;
  const away = myself.activity === 'OFFLINE' || myself.activity === 'AWAY';
  return (
    <section className={styles.now} data-tone={tone} aria-label="Your status">
      <Dot tone={tone} />
      <div className={styles.words}>
        <strong dir="auto">
          {words} <Since at={myself.since} />
        </strong>
        <span className={styles.quiet}>{next ?? MEANINGS[myself.activity]}</span>
      </div>
      <div className={styles.acts}>
        {elsewhere && <TakeUp ticket={{ callId: elsewhere.id, video: elsewhere.media === 'VIDEO', joinUrl: null }} />}
        <AskNotifications />
        {away && (
          <Button color="var(--go)" onClick={() => void set('AVAILABLE')} title="a">
            Become available
          </Button>
        )}
        <Menu position="bottom-end" width={240}>
          <Menu.Target>
            <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden="true" />}>
              Change
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <StatusItems agent={myself} onChoose={(status, reason) => void set(status, reason)} />
          </Menu.Dropdown>
        </Menu>
      </div>
    </section>
  );
}

const MEANINGS = {
  OFFLINE: 'No calls reach you.',
  AVAILABLE: 'The next call of your queues rings here.',
  AWAY: 'No calls reach you until you are available.',
  RINGING: 'A call is offered to you.',
  ON_CALL: 'Nothing else reaches you meanwhile.',
  WRAP_UP: 'Nothing else reaches you until it is done.',
} as const;

/** Asked where it is explained, and only by a press: a browser that is asked unasked says no for good. */
function AskNotifications() {
  const [permission, setPermission] = useState(() => ('Notification' in globalThis ? Notification.permission : 'denied'));
  if (permission !== 'default') return null;
  return (
    <Button
      variant="subtle"
      color="gray"
      leftSection={<IconBellRinging size={16} aria-hidden="true" />}
      title="Shows a notice of the system when a call rings while you look at another window"
      onClick={() => void Notification.requestPermission().then(setPermission)}
    >
      Notify me in other windows
    </Button>
  );
}
