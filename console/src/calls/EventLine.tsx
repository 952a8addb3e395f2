import { graphql } from '../gql';
import type { EventFieldsFragment } from '../gql/graphql';
import { fullDate, time } from '../ui/format';
import styles from './EventLine.module.css';
import { eventTone, eventWords } from './words';

graphql(`
  fragment EventFields on CallEvent {
    cursor
    version
    at
    kind
    actor
    detail
  }
`);

/** Every event of a call, oldest first, as the log holds it. */
export function EventLine({ events }: { events: EventFieldsFragment[] }) {
  const shown = events.filter((event) => event.kind !== 'RECORDING_PROGRESS');
  return (
    <ol className={styles.line}>
      {shown.map((event) => (
        <li key={event.cursor} data-tone={eventTone(event.kind)}>
          <time dateTime={event.at} title={fullDate(new Date(event.at))}>
            {time(new Date(event.at))}
          </time>
          <span className={styles.dot} aria-hidden="true" />
          <span dir="auto">
            {eventWords(event.kind)}
            <span className={styles.more}>
              {[event.actor, event.detail].filter(Boolean).map((word) => ` · ${word}`)}
            </span>
          </span>
        </li>
      ))}
    </ol>
  );
}
