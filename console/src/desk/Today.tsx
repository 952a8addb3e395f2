import { Title } from '@mantine/core';
import { graphql } from '../gql';
import type { TodayFieldsFragment } from '../gql/graphql';
import page from '../ui/page.module.css';
import { spell } from '../ui/format';
import styles from './Desk.module.css';

graphql(`
  fragment TodayFields on AgentDay {
    handled
    missed
    talkSeconds
    holdSeconds
    wrapUpSeconds
    availableSeconds
    awaySeconds
  }
`);

/** One's own numbers since midnight. Handling is talk, hold and wrap-up. */
export function Today({ day }: { day: TodayFieldsFragment }) {
  const handling = day.talkSeconds + day.holdSeconds + day.wrapUpSeconds;
  const average = day.handled > 0 ? spell(handling / day.handled) : '–';
  const numbers: readonly (readonly [string, string | number])[] = [
    ['Calls handled', day.handled],
    ['Calls missed', day.missed],
    ['Talk', brief(day.talkSeconds)],
    ['Hold', brief(day.holdSeconds)],
    ['Wrap-up', brief(day.wrapUpSeconds)],
    ['Handling a call', average],
    ['Available', brief(day.availableSeconds)],
    ['Away', brief(day.awaySeconds)],
  ];
  return (
    <section className={page.card} aria-labelledby="today">
      <div className={page.cardHead}>
        <Title order={2} id="today">
          Your day
        </Title>
      </div>
      <dl className={styles.numbers}>
        {numbers.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="figures">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function brief(seconds: number): string {
  return seconds < 1 ? '–' : spell(seconds);
}
