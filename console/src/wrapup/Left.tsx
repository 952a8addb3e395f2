import { useWorkspace } from '../app/workspace';
import { clock } from '../ui/format';
import { Since, useNow } from '../ui/Time';
import type { OpenWrapUp } from './WrapUpDock';
import styles from './WrapUp.module.css';

/** The seconds that are left by the platform's clock; where nothing ends it, those that have gone. */
export function Left({ wrapUp }: { wrapUp: OpenWrapUp }) {
  const { inbox } = useWorkspace().offers;
  useNow(250);
  if (!wrapUp.endsAt) {
    return (
      <span className={styles.left}>
        <Since at={wrapUp.startedAt} /> so far
      </span>
    );
  }
  const seconds = Math.ceil(inbox.left(wrapUp.startedAt, wrapUp.endsAt) / 1000);
  return (
    <span className={styles.left} data-late={seconds <= 10}>
      <time>{clock(seconds)}</time> left
    </span>
  );
}
