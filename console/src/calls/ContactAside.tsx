import { Title } from '@mantine/core';
import { useQuery } from 'urql';
import { ContactFacts } from '../contacts/ContactFacts';
import styles from '../contacts/ContactPage.module.css';
import { EarlierCalls } from '../contacts/EarlierCalls';
import { OpenTasks } from '../contacts/OpenTasks';
import { Related } from '../contacts/Related';
import { Timeline } from '../contacts/Timeline';
import { graphql } from '../gql';
import page from '../ui/page.module.css';

const ContactAsideDocument = graphql(`
  query ContactAside($id: ID!) {
    contact(id: $id) {
      id
      ...ContactFactsFields
      ...RelatedFields
      openTasks(first: 20) {
        totalCount
        edges {
          node {
            ...TaskRow
          }
        }
      }
      timeline(first: 10, kinds: [NOTE, TASK]) {
        nodes {
          ...ActivityFields
        }
      }
    }
  }
`);

/** Who it is that one talks with, and what was before the call began. It adds to the call and never stands in its way: no answer shows nothing. */
export function ContactAside({ id, since }: { id: string; since: string }) {
  const [{ data }] = useQuery({ query: ContactAsideDocument, variables: { id }, requestPolicy: 'cache-and-network' });
  const contact = data?.contact;
  if (!contact) return null;
  return (
    <>
      <ContactFacts contact={contact} />
      <OpenTasks tasks={contact.openTasks.edges.map((edge) => edge.node)} total={contact.openTasks.totalCount} />
      <EarlierCalls key={id} contactId={id} before={since} />
      <section className={page.card} aria-labelledby="aside-timeline">
        <div className={page.cardHead}>
          <Title order={2} id="aside-timeline">
            Notes and tasks
          </Title>
        </div>
        {contact.timeline.nodes.length === 0 && <p className={styles.none}>Nothing yet.</p>}
        <Timeline activities={contact.timeline.nodes} />
      </section>
      <Related contact={contact} />
    </>
  );
}
