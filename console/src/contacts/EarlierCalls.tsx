import { Title } from '@mantine/core';
import { IconPhoneIncoming, IconPhoneOutgoing } from '@tabler/icons-react';
import { useId } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../gql';
import type { ContactHistoryQuery, PastCallFieldsFragment } from '../gql/graphql';
import { Behind } from '../ui/Behind';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import { When } from '../ui/Time';
import styles from './ContactPage.module.css';
import { cameOf, detailOf, placedBefore } from './history';
import lines from './Timeline.module.css';

graphql(`
  fragment PastCallFields on PastCall {
    at
    direction
    result
    outcomeName
    queueName
    agentName
    talkSeconds
  }
`);

const ContactHistoryDocument = graphql(`
  query ContactHistory($id: ID!, $after: String, $othersOnly: Boolean!) {
    contact(id: $id) {
      id
      history(first: 5, after: $after, othersOnly: $othersOnly) {
        nodes {
          ...PastCallFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

interface Props {
  contactId: string;
  /** Only those that were placed before this instant. */
  before?: string;
  /** Beside a timeline: only those that don't stand there; nothing where there are none. */
  othersOnly?: boolean;
}

/** What came of the calls with a contact, whoever had them. */
export function EarlierCalls(props: Props) {
  const title = useId();
  const { history, error, again } = usePage(props, null);
  if (props.othersOnly && !history?.nodes.length) return null;
  return (
    <section className={page.card} aria-labelledby={title}>
      <div className={page.cardHead}>
        <Title order={2} id={title}>
          {props.othersOnly ? 'Other calls' : 'Earlier calls'}
        </Title>
      </div>
      {history ? <Page history={history} {...props} /> : error ? <ErrorState error={error} retry={again} /> : <Rows count={3} height={48} />}
    </section>
  );
}

function usePage({ contactId, othersOnly = false }: Props, after: string | null) {
  const [{ data, error }, reload] = useQuery({
    query: ContactHistoryDocument,
    variables: { id: contactId, after, othersOnly },
    requestPolicy: 'cache-and-network',
  });
  return { history: data?.contact?.history, error, again: () => reload({ requestPolicy: 'network-only' }) };
}

type History = NonNullable<ContactHistoryQuery['contact']>['history'];

function Page({ history, first = true, ...props }: Props & { history: History; first?: boolean }) {
  const calls = placedBefore(history.nodes, props.before);
  return (
    <>
      {first && calls.length === 0 && !history.pageInfo.hasNextPage && <p className={styles.none}>The first call with this contact.</p>}
      {calls.map((call, index) => (
        // Nothing else tells them apart for sure.
        <PastCall key={index} call={call} />
      ))}
      <Behind pageInfo={history.pageInfo} className={lines.further}>
        {(after) => <NextPage after={after} {...props} />}
      </Behind>
    </>
  );
}

function NextPage({ after, ...props }: Props & { after: string }) {
  const { history, error, again } = usePage(props, after);
  if (history) return <Page history={history} first={false} {...props} />;
  return error ? <ErrorState error={error} retry={again} /> : <Rows count={3} height={48} />;
}

function PastCall({ call }: { call: PastCallFieldsFragment }) {
  const inbound = call.direction === 'INBOUND';
  const Icon = inbound ? IconPhoneIncoming : IconPhoneOutgoing;
  return (
    <article className={lines.past}>
      <Icon size={16} role="img" aria-label={inbound ? 'From the contact' : 'To the contact'} />
      <div className={lines.what}>
        <span dir="auto">{cameOf(call)}</span>
        <span className={lines.more} dir="auto">
          {detailOf(call)}
        </span>
      </div>
      <When at={call.at} />
    </article>
  );
}
