import type { Tone } from '../calls/words';
import styles from './StatusMenu.module.css';

/** Full, half or empty: the colour only helps, and a word stands beside it. */
export function Dot({ tone }: { tone: Tone }) {
  return <span className={styles.dot} data-tone={tone} aria-hidden="true" />;
}
