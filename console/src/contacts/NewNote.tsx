import { Button, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useClient } from 'urql';
import { explain } from '../api/errors';
import { idempotencyKey } from '../api/key';
import { notebookOf } from '../notes/notebook';
import page from '../ui/page.module.css';
import styles from './ContactPage.module.css';

/** A note about the contact outside of any call: short, and saved by a press. */
export function NewNote({ contactId, onSaved }: { contactId: string; onSaved: () => void }) {
  const client = useClient();
  const [body, setBody] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [key, setKey] = useState(idempotencyKey);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    try {
      await notebookOf(client, { contactId }).create(body, key);
      setBody('');
      setKey(idempotencyKey());
      onSaved();
    } catch (error) {
      setFault(explain(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className={`${page.card} ${styles.newNote}`} onSubmit={(event) => void save(event)}>
      <Textarea
        aria-label="New note"
        placeholder="Write a note"
        autosize
        minRows={2}
        maxRows={12}
        dir="auto"
        value={body}
        error={fault}
        onChange={(event) => {
          setBody(event.currentTarget.value);
          // Another body is another request.
          setKey(idempotencyKey());
        }}
      />
      {body.trim() !== '' && (
        <Button type="submit" size="xs" loading={busy}>
          Save the note
        </Button>
      )}
    </form>
  );
}
