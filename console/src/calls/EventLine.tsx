import { graphql } from '../gql';
import type { EventFieldsFragment } from '../gql/graphql';
import { fullDate, time } from '../ui/format';
import styles from './EventLine.module.css';
import { detailWords, eventTone, eventWords } from './words';

graphql(`
  fragment EventFields on CallEvent {
    cursor
    version
    at
    kind
    actor
    detail
    leg {
      id
      name
    }
  }
`);

/**
 * Every event of a call, oldest first, as the log holds it. The log names no persons, only ids;
 * what the platform did by itself has nobody to name.
 */
export function EventLine({ events, names }: { events: EventFieldsFragment[]; names: ReadonlyMap<string, string> }) {
  const shown = events.filter((event) => event.kind !== 'RECORDING_PROGRESS');
  return (
    <ol className={styles.line}>
      {shown.map((event) => {
        const { words, aside } = eventWords(event.kind, event.leg?.name ?? names.get(event.actor ?? ''));
        return (
          <li key={event.cursor} data-tone={eventTone(event.kind)}>
            <time dateTime={event.at} title={fullDate(new Date(event.at))}>
              {time(new Date(event.at))}
            </time>
            <span className={styles.dot} aria-hidden="true" />
            <span dir="auto">
              {words}
              <span className={styles.more}>
                {[aside, detailWords(event.kind, event.detail, names)].filter(Boolean).map((word) => ` · ${word}`)}
              </span>
            </span>
          </li>
        );
      })}
    </ol>
  );
}
