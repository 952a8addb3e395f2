import { Title } from '@mantine/core';
import { useQuery } from 'urql';
import { ContactFacts } from '../contacts/ContactFacts';
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
      timeline(first: 10) {
        nodes {
          ...ActivityFields
        }
      }
    }
  }
`);

/** Who it is that one talks with. It adds to the call and never stands in its way: no answer shows nothing. */
export function ContactAside({ id, callId }: { id: string; callId: string }) {
  const [{ data }] = useQuery({ query: ContactAsideDocument, variables: { id }, requestPolicy: 'cache-and-network' });
  const contact = data?.contact;
  if (!contact) return null;
  return (
    <>
      <ContactFacts contact={contact} />
      <OpenTasks tasks={contact.openTasks.edges.map((edge) => edge.node)} total={contact.openTasks.totalCount} />
      <section className={page.card} aria-labelledby="aside-timeline">
        <div className={page.cardHead}>
          <Title order={2} id="aside-timeline">
            Before now
          </Title>
        </div>
        <Timeline activities={contact.timeline.nodes.filter(({ node }) => node.id !== callId)} />
      </section>
      <Related contact={contact} />
    </>
  );
}
