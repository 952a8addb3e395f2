import { Title } from '@mantine/core';
import { Day } from '../agents/Day';
import type { DayFieldsFragment } from '../gql/graphql';
import page from '../ui/page.module.css';

/** One's own numbers since midnight. */
export function Today({ day }: { day: DayFieldsFragment }) {
  return (
    <section className={page.card} aria-labelledby="today">
      <div className={page.cardHead}>
        <Title order={2} id="today">
          Your day
        </Title>
      </div>
      <Day day={day} />
    </section>
  );
}
