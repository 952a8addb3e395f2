import { Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { useWorkspace } from '../app/workspace';
import { CallButtons } from '../calls/CallButtons';
import { useCallNews } from '../calls/news';
import { graphql } from '../gql';
import type { CallEventKind } from '../gql/graphql';
import { NoteList } from '../notes/NoteList';
import { LinkButton } from '../ui/LinkButton';
import { More } from '../ui/More';
import page from '../ui/page.module.css';
import { Face } from '../ui/Person';
import { ErrorState, Missing, Rows } from '../ui/states';
import { ContactFacts } from './ContactFacts';
import styles from './ContactPage.module.css';
import { EarlierCalls } from './EarlierCalls';
import { NewNote } from './NewNote';
import { OpenTasks } from './OpenTasks';
import { Related } from './Related';
import { Timeline } from './Timeline';

const ContactDocument = graphql(`
  query Contact($id: ID!, $after: String) {
    contact(id: $id) {
      ...ContactRow
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
      notes(first: 20) {
        totalCount
        nodes {
          ...NoteFields
        }
      }
      calls(first: 1) {
        totalCount
      }
      timeline(first: 30, after: $after) {
        edges {
          node {
            ...ActivityFields
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

/** A new call makes the history longer, as does what is written about it; an ended one may leave a task behind. */
const LENGTHENS: readonly CallEventKind[] = ['CONTACT_SET', 'CREATED', 'ENDED', 'NOTE_SAVED', 'WRAPPED_UP'];

export function ContactPage() {
  const { contactId } = useParams({ from: '/console/contacts/$contactId' });
  return <Contact key={contactId} id={contactId} />;
}

function Contact({ id }: { id: string }) {
  const { user } = useWorkspace();
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error, fetching }, reload] = useQuery({
    query: ContactDocument,
    variables: { id, after },
    requestPolicy: 'cache-and-network',
  });
  useCallNews({ contactId: id }, (kind) => {
    if (LENGTHENS.includes(kind)) reload({ requestPolicy: 'network-only' });
  });
  useDocumentTitle(`${data?.contact?.name ?? 'Contact'} · Cordboard`);

  if (error && !data) return <ErrorState error={error} retry={() => reload({ requestPolicy: 'network-only' })} />;
  if (!data) return <Rows count={8} height={56} />;
  const contact = data.contact;
  if (!contact) {
    return (
      <Missing what="contact">
        <LinkButton variant="default" to="/contacts">
          To the contacts
        </LinkButton>
      </Missing>
    );
  }
  const activities = contact.timeline.edges.map((edge) => edge.node);

  return (
    <div className={page.page}>
      <header className={`${page.head} ${styles.head}`}>
        <Face name={contact.name} size={40} />
        <Title order={1} dir="auto">
          {contact.name}
        </Title>
        <CallButtons contactId={contact.id} archived={contact.archivedAt != null} />
      </header>
      <div className={styles.columns}>
        <section className={page.card} aria-labelledby="history">
          <div className={page.cardHead}>
            <Title order={2} id="history">
              Timeline
            </Title>
            <span className={page.count}>
              {contact.calls.totalCount.toLocaleString()} {contact.calls.totalCount === 1 ? 'call' : 'calls'}
            </span>
          </div>
          {activities.length === 0 ? (
            <p className={styles.none}>Nothing here yet. Press Video call or Audio call to place a call.</p>
          ) : (
            <Timeline activities={activities} />
          )}
          {contact.timeline.pageInfo.hasNextPage && (
            <More onSeen={() => !fetching && setAfter(contact.timeline.pageInfo.endCursor ?? null)} />
          )}
        </section>
        <div className={styles.side}>
          <ContactFacts contact={contact} />
          <NewNote contactId={contact.id} onMade={() => reload({ requestPolicy: 'network-only' })} />
          <OpenTasks tasks={contact.openTasks.edges.map((edge) => edge.node)} total={contact.openTasks.totalCount} />
          <Related contact={contact} />
          {/* Others see every call in the timeline. */}
          {user.role === 'AGENT' && <EarlierCalls contactId={contact.id} othersOnly />}
          <NoteList notes={contact.notes.nodes} total={contact.notes.totalCount} />
        </div>
      </div>
    </div>
  );
}
