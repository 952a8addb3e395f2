import { Title } from '@mantine/core';
import { graphql } from '../gql';
import type { MyQueueFragment } from '../gql/graphql';
import page from '../ui/page.module.css';
import { clock } from '../ui/format';
import styles from './Desk.module.css';

graphql(`
  fragment MyQueue on QueueMembership {
    tier
    queue {
      id
      name
      open
      stats {
        queue {
          id
        }
        waiting
        longestWaitSeconds
      }
    }
  }
`);

/** Where one's calls come from, and how many wait there. */
export function MyQueues({ memberships }: { memberships: MyQueueFragment[] }) {
  return (
    <section className={page.card} aria-labelledby="my-queues">
      <div className={page.cardHead}>
        <Title order={2} id="my-queues">
          Your queues
        </Title>
      </div>
      {memberships.length === 0 && (
        <p className={styles.none}>You are in no queue, so no calls are offered to you. A supervisor can add you to one.</p>
      )}
      <ul className={styles.queues}>
        {memberships.map(({ queue }) => (
          <li key={queue.id}>
            <span dir="auto" title={queue.name}>
              {queue.name}
            </span>
            <span className={styles.quiet}>
              {queue.stats.waiting > 0
                ? `${queue.stats.waiting} waiting, longest ${clock(queue.stats.longestWaitSeconds)}`
                : queue.open
                  ? 'Nobody waits'
                  : 'Closed'}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
