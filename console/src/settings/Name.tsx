import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useRef, useState } from 'react';
import styles from './Settings.module.css';

interface Props {
  name: string;
  /** Tells whether it was taken; null where the person may not. */
  onRename: ((name: string) => Promise<boolean>) | null;
}

/** The name of a row, changed where it stands. */
export function Name({ name, onRename }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const opened = useRef(false);
  if (typed === null || onRename === null) {
    const open = () => {
      opened.current = true;
      setTyped(name);
    };
    return (
      <>
        <span className={styles.name}>
          <bdi>{name}</bdi>
        </span>
        {onRename && (
          // Closed again it has the focus, as before.
          <Button size="compact-xs" variant="default" aria-label={`Rename ${name}`} autoFocus={opened.current} onClick={open}>
            Rename
          </Button>
        )}
      </>
    );
  }
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = typed.trim();
    if (wanted === '') return;
    if (wanted === name || (await onRename(wanted))) setTyped(null);
  };
  return (
    <form
      className={styles.rename}
      onSubmit={(event) => void save(event)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setTyped(null);
      }}
    >
      <TextInput
        size="xs"
        className={styles.name ?? ''}
        aria-label={`New name of ${name}`}
        dir="auto"
        autoFocus
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button size="xs" type="submit" disabled={typed.trim() === ''}>
        Save
      </Button>
      <Button size="xs" variant="default" onClick={() => setTyped(null)}>
        Cancel
      </Button>
    </form>
  );
}
