import { graphql } from '../gql';
import type { IntervalFieldsFragment } from '../gql/graphql';
import { clock, spell } from '../ui/format';
import { useNow } from '../ui/Time';
import styles from './IntervalBar.module.css';
import { stretches } from './intervals';

graphql(`
  fragment IntervalFields on CallInterval {
    kind
    startedAt
    endedAt
  }
`);

/** A call's life as one bar: what it consisted of, in order and to scale, with the words below. */
export function IntervalBar({ intervals }: { intervals: IntervalFieldsFragment[] }) {
  const now = useNow(1_000);
  const found = stretches(intervals, now);
  return (
    <div className={styles.box}>
      <div className={styles.bar} aria-hidden="true">
        {found.map((stretch, index) => (
          <span
            key={index}
            className={styles.stretch}
            data-kind={stretch.kind}
            style={{ flexGrow: Math.max(stretch.share, 0.5) }}
            title={`${stretch.words}: ${spell(stretch.seconds)}`}
          />
        ))}
      </div>
      <ul className={styles.legend}>
        {found.map((stretch, index) => (
          <li key={index}>
            <span className={styles.swatch} data-kind={stretch.kind} aria-hidden="true" />
            {stretch.words} <strong>{clock(stretch.seconds)}</strong>
            {stretch.open && ' so far'}
          </li>
        ))}
      </ul>
    </div>
  );
}
