import type { ReactNode } from 'react';
import styles from './Band.module.css';

interface Props {
  icon: ReactNode;
  /** Read out when it changes. */
  children: ReactNode;
  /** What runs beside it: a clock, seconds that are left. Nobody wants to hear it every second. */
  aside?: ReactNode;
  actions?: ReactNode;
}

/** What everybody in the call has to know of it now: above the pictures, amber. */
export function Band({ icon, children, aside, actions }: Props) {
  return (
    <div className={styles.band}>
      <span className={styles.icon} aria-hidden="true">
        {icon}
      </span>
      <span role="status" className={styles.words}>
        {children}
      </span>
      {aside && <span aria-live="off">{aside}</span>}
      {actions && <span className={styles.actions}>{actions}</span>}
    </div>
  );
}
