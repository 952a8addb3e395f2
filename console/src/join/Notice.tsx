import { EmptyState } from '@mantine/core';
import { IconLinkOff, IconMoodSmile } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import styles from './join.module.css';

/** A last word that fills the page. */
export function Notice({ kind, title, children }: { kind: 'thanks' | 'expired'; title: string; children: ReactNode }) {
  return (
    <main className={styles.page} data-center="true">
      <EmptyState
        size="lg"
        role="status"
        icon={kind === 'thanks' ? <IconMoodSmile /> : <IconLinkOff />}
        title={<h1 className={styles.title}>{title}</h1>}
        description={children}
      />
    </main>
  );
}
