import { Title } from '@mantine/core';
import { useId } from 'react';
import type { NoteFieldsFragment } from '../gql/graphql';
import page from '../ui/page.module.css';
import { When } from '../ui/Time';
import styles from './NoteList.module.css';

/** Notes as they were written, line breaks and all. */
export function NoteList({ notes, total }: { notes: NoteFieldsFragment[]; total?: number }) {
  const title = useId();
  return (
    <section className={page.card} aria-labelledby={title}>
      <div className={page.cardHead}>
        <Title order={2} id={title}>
          Notes
        </Title>
        <span className={page.count}>{total ?? notes.length}</span>
      </div>
      {notes.length === 0 && <p className={styles.none}>No notes yet.</p>}
      {notes.map((note) => (
        <article key={note.id} className={styles.note}>
          <p dir="auto">{note.body}</p>
          <span className={styles.by}>
            {note.author.name} · <When at={note.updatedAt} />
          </span>
        </article>
      ))}
    </section>
  );
}
