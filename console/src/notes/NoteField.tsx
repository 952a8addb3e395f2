import { Textarea } from '@mantine/core';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { idempotencyKey } from '../api/key';
import { useWorkspace } from '../app/workspace';
import { time } from '../ui/format';
import { Autosave, type Kept, type NoteState, type SavedNote } from './autosave';
import { notebookOf, type NoteSubject } from './notebook';

/** The note of a subject, kept alive as long as something shows it. */
export function useAutosave(subject: NoteSubject, existing: SavedNote | null): Autosave {
  const { client, drafts } = useWorkspace();
  const [note] = useState(() => {
    const shelf = drafts.shelf<Kept>(`note.${subject.callId ?? subject.contactId ?? ''}`);
    return new Autosave(notebookOf(client, subject), shelf, idempotencyKey, existing);
  });
  useEffect(() => {
    const wake = () => note.wake();
    addEventListener('online', wake);
    return () => {
      removeEventListener('online', wake);
      // What was typed last shall not wait until somebody comes back to this page.
      void note.flush();
    };
  }, [note]);
  return note;
}

interface Props {
  note: Autosave;
  label: string;
  rows?: number;
  /** Takes the keys as it comes. */
  focused?: boolean;
}

export function NoteField({ note, label, rows = 8, focused = false }: Props) {
  const state = useSyncExternalStore(note.onChange, note.state);
  return (
    <Textarea
      label={label}
      description={<span role="status">{stateWords(state)}</span>}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      error={state.refusal}
      placeholder="Saved as you type"
      autosize
      minRows={rows}
      maxRows={24}
      dir="auto"
      data-note
      autoFocus={focused}
      value={state.body}
      onChange={(event) => note.type(event.currentTarget.value)}
      onBlur={() => void note.flush()}
    />
  );
}

export function stateWords({ phase, savedAt, merged }: NoteState): string {
  switch (phase) {
    case 'empty':
      return 'Nothing written yet';
    case 'emptied':
      return 'A note can’t be empty: its last text stays saved';
    case 'saving':
      return 'Saving…';
    case 'kept':
      return 'Offline: kept here until it can be saved';
    case 'refused':
      return 'Not saved';
    case 'saved': {
      const saved = savedAt === null ? 'Saved' : `Saved ${time(new Date(savedAt))}`;
      return merged ? `${saved}. Somebody else wrote meanwhile: both stand here` : saved;
    }
  }
}
