import { Button, CopyButton, TextInput } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import styles from './LinkField.module.css';

/** The contact's link, to be sent by whatever way the agent has. */
export function LinkField({ url, label = 'Link for the contact' }: { url: string; label?: string }) {
  return (
    <div className={styles.field}>
      <TextInput
        aria-label={label}
        value={url}
        readOnly
        size="xs"
        className={styles.input}
        onFocus={(event) => event.currentTarget.select()}
      />
      <CopyButton value={url} timeout={3_000}>
        {({ copied, copy }) => (
          <Button
            size="xs"
            variant="default"
            onClick={copy}
            leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          >
            {copied ? 'Copied' : 'Copy link'}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
