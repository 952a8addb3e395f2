import { Button, EmptyState } from '@mantine/core';
import { IconAppWindow, IconClock, IconLinkOff, IconPhoneOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import styles from './join.module.css';

interface Props {
  kind: keyof typeof ICONS;
  title: string;
  children: ReactNode;
  onAgain?: (() => void) | undefined;
  /** What `onAgain` is called. */
  again?: string;
  /** What most people want here, before going on otherwise. */
  onMain?: (() => void) | undefined;
  main?: string;
}

const ICONS = { closed: IconClock, expired: IconLinkOff, elsewhere: IconAppWindow, over: IconPhoneOff };

/** A last word that fills the page, with a way on where there is one. */
export function Notice({ kind, title, children, onAgain, again = 'Call again', onMain, main }: Props) {
  const Icon = ICONS[kind];
  return (
    <main className={styles.page} data-center="true">
      <EmptyState
        size="lg"
        role="status"
        icon={<Icon />}
        title={<h1 className={styles.title}>{title}</h1>}
        description={children}
      >
        {(onAgain ?? onMain) && (
          <EmptyState.Actions>
            {onMain && (
              <Button size="md" onClick={onMain}>
                {main}
              </Button>
            )}
            {onAgain && (
              <Button size="md" variant="default" onClick={onAgain}>
                {again}
              </Button>
            )}
          </EmptyState.Actions>
        )}
      </EmptyState>
    </main>
  );
}
