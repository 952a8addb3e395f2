import { graphql } from '../gql';
import type { DayFieldsFragment } from '../gql/graphql';
import styles from './Day.module.css';
import { figuresOf } from './figures';

graphql(`
  fragment DayFields on AgentDay {
    handled
    missed
    talkSeconds
    holdSeconds
    wrapUpSeconds
    availableSeconds
    awaySeconds
    awayByReason {
      reason
      seconds
    }
    occupancy {
      value
      definition
    }
  }
`);

/** An agent's numbers since midnight, with the reasons of the time away. */
export function Day({ day }: { day: DayFieldsFragment }) {
  return (
    <dl className={styles.numbers}>
      {figuresOf(day).map(({ name, value, definition, part = false }, index) => (
        // Two reasons may have the same words.
        <div key={index} data-part={part}>
          <dt dir="auto">
            {definition ? (
              <details>
                <summary>{name}</summary>
                <small>{definition}</small>
              </details>
            ) : (
              name
            )}
          </dt>
          <dd className="figures">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
