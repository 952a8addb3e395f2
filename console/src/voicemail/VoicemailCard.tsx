import { Button, Title } from '@mantine/core';
import { IconPlayerPlayFilled } from '@tabler/icons-react';
import { useState } from 'react';
import type { VoicemailRowFragment } from '../gql/graphql';
import page from '../ui/page.module.css';
import { Message } from './Message';
import styles from './Voicemail.module.css';
import { heardWords, leftWords } from './words';

/** The message that a call came to, on the call's own page. */
export function VoicemailCard({ voicemail }: { voicemail: VoicemailRowFragment }) {
  const [open, setOpen] = useState(false);
  return (
    <section className={page.card} aria-labelledby={voicemail.id}>
      <div className={page.cardHead}>
        <Title order={2} id={voicemail.id}>
          Voicemail
        </Title>
        <span className={page.count} dir="auto">
          {leftWords(voicemail)} · {heardWords(voicemail)}
        </span>
      </div>
      <div className={styles.card}>
        {open ? (
          <Message voicemail={voicemail} />
        ) : (
          <Button variant="default" leftSection={<IconPlayerPlayFilled size={16} aria-hidden="true" />} onClick={() => setOpen(true)}>
            Play the message
          </Button>
        )}
      </div>
    </section>
  );
}
