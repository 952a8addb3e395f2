import { Button } from '@mantine/core';
import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import { NoteField, useAutosave } from '../notes/NoteField';
import page from '../ui/page.module.css';
import styles from './ContactPage.module.css';

interface Props {
  contactId: string;
  onMade: () => void;
}

/** A note about the contact outside of any call, saved as it is typed; a press begins the next one. */
export function NewNote(props: Props) {
  const [count, setCount] = useState(0);
  return <OneNote key={count} {...props} focused={count > 0} onNext={() => setCount(count + 1)} />;
}

function OneNote({ contactId, onMade, focused, onNext }: Props & { focused: boolean; onNext: () => void }) {
  const note = useAutosave({ contactId }, null);
  const { noteId } = useSyncExternalStore(note.onChange, note.state);
  const made = useEffectEvent(onMade);
  useEffect(() => {
    if (noteId !== null) made();
  }, [noteId]);

  const next = async () => {
    await note.flush();
    // What isn't saved stays in its field, which says why.
    const { phase } = note.state();
    if (phase === 'saved' || phase === 'emptied') onNext();
  };

  return (
    <div className={`${page.card} ${styles.newNote}`}>
      <NoteField note={note} label="New note" rows={2} focused={focused} />
      {noteId !== null && (
        <Button variant="default" size="xs" onClick={() => void next()}>
          Another note
        </Button>
      )}
    </div>
  );
}
