import styles from './queue.module.css';
import { capital, placeWords, waitWords } from './words';

interface Props {
  place: number | null;
  seconds: number | null;
  /** Spoken as it changes; where somebody else does that, not twice. */
  live?: boolean;
}

/** The number that everybody in a line looks for, large. */
export function Place({ place, seconds, live = false }: Props) {
  const estimate = waitWords(seconds);
  return (
    <section className={styles.place} aria-label="Your place in line" role={live ? 'status' : undefined}>
      {place !== null && place > 1 ? (
        <>
          <strong className={styles.figure}>{place}</strong>
          <span className={styles.words}>Your place in line</span>
        </>
      ) : (
        <span className={styles.words}>{placeWords(place)}</span>
      )}
      {estimate && <span className={styles.estimate}>{capital(estimate)}</span>}
    </section>
  );
}
