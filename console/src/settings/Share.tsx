import { Button, CopyButton, Title } from '@mantine/core';
import { IconCheck, IconCopy, IconExternalLink } from '@tabler/icons-react';
import type { QueueFieldsFragment } from '../gql/graphql';
import page from '../ui/page.module.css';
import styles from './Settings.module.css';

/** How contacts reach the queue: its page, or a button on any site. */
export function Share({ queue }: { queue: QueueFieldsFragment }) {
  const { origin } = new URL(queue.publicUrl);
  const snippet = `<script src="${origin}/widget.js" data-queue="${queue.key}" async></script>`;
  return (
    <section className={page.card} aria-labelledby="share">
      <div className={page.cardHead}>
        <Title order={3} id="share">
          Where contacts call
        </Title>
        <Button
          size="xs"
          variant="subtle"
          component="a"
          href={queue.publicUrl}
          target="_blank"
          rel="noreferrer"
          leftSection={<IconExternalLink size={16} aria-hidden="true" />}
        >
          Open the page
        </Button>
      </div>
      <div className={styles.section}>
        <Copied label="Public page" text={queue.publicUrl} />
        <Copied label="Button for a web site" text={snippet} />
      </div>
    </section>
  );
}

function Copied({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <div className={styles.row} style={{ justifyContent: 'space-between', marginBottom: 4 }}>
        <span>{label}</span>
        <CopyButton value={text} timeout={3_000}>
          {({ copied, copy }) => (
            <Button
              size="compact-xs"
              variant="default"
              onClick={copy}
              aria-label={`Copy: ${label}`}
              leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </div>
      <pre className={styles.code} tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </div>
  );
}
