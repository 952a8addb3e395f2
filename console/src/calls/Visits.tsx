import { Title } from '@mantine/core';
import { graphql } from '../gql';
import type { VisitsFieldsFragment } from '../gql/graphql';
import { spell } from '../ui/format';
import page from '../ui/page.module.css';
import { useNow, When } from '../ui/Time';
import styles from './CallPage.module.css';
import { Routing } from './Routing';
import { offerWords, visitWords } from './routing-words';

graphql(`
  fragment VisitsFields on Call {
    id
    visits {
      id
      enteredAt
      leftAt
      outcome
      position
      estimatedWaitSeconds
      callback
      queue {
        id
        name
      }
      routing {
        ...RoutingFields
      }
    }
    offers {
      id
      state
      reason
      createdAt
      visit {
        id
      }
      agent {
        id
        user {
          id
          name
        }
      }
    }
  }
`);

/** Each queue that a call was in: how long, whom it rang, and why. */
export function Visits({ call }: { call: VisitsFieldsFragment }) {
  const now = useNow(1_000);
  return (
    <section className={page.card} aria-labelledby="visits">
      <div className={page.cardHead}>
        <Title order={2} id="visits">
          Why it went there
        </Title>
      </div>
      {call.visits.map((visit) => {
        const offers = call.offers.filter((offer) => offer.visit?.id === visit.id);
        const end = visit.leftAt ? Date.parse(visit.leftAt) : now.getTime();
        return (
          <div key={visit.id} className={styles.visit}>
            <p>
              <strong dir="auto">{visit.queue.name}</strong>
              <span className={styles.quiet}>
                {` · ${visit.callback ? 'call-back' : 'waited'} ${spell((end - Date.parse(visit.enteredAt)) / 1000)}, ${visitWords(visit.outcome)}`}
                {visit.position != null && ` · place ${visit.position}`}
                {visit.leftAt == null && visit.estimatedWaitSeconds != null && ` · about ${spell(visit.estimatedWaitSeconds)} more`}
              </span>
            </p>
            {offers.length > 0 && (
              <ul className={styles.offers} aria-label="Offers">
                {offers.map((offer) => (
                  <li key={offer.id}>
                    <span dir="auto">{offer.agent.user.name}</span>
                    <span className={styles.quiet}>
                      {offerWords(offer.state)}
                      {offer.reason && `: ${offer.reason}`} · <When at={offer.createdAt} />
                    </span>
                  </li>
                ))}
              </ul>
            )}
            {visit.routing && <Routing routing={visit.routing} />}
          </div>
        );
      })}
    </section>
  );
}
