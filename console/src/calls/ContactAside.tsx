import { useQuery } from 'urql';
import { ContactFacts } from '../contacts/ContactFacts';
import { OpenTasks } from '../contacts/OpenTasks';
import { graphql } from '../gql';

const ContactAsideDocument = graphql(`
  query ContactAside($id: ID!) {
    contact(id: $id) {
      id
      ...ContactFactsFields
      openTasks(first: 20) {
        totalCount
        edges {
          node {
            ...TaskRow
          }
        }
      }
    }
  }
`);

/** Who it is that one talks with. It adds to the call and never stands in its way: no answer shows nothing. */
export function ContactAside({ id }: { id: string }) {
  const [{ data }] = useQuery({ query: ContactAsideDocument, variables: { id } });
  const contact = data?.contact;
  if (!contact) return null;
  return (
    <>
      <ContactFacts contact={contact} />
      <OpenTasks tasks={contact.openTasks.edges.map((edge) => edge.node)} total={contact.openTasks.totalCount} />
    </>
  );
}
