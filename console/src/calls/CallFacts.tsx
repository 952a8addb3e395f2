import { Badge, DataList, Title } from '@mantine/core';
import { graphql } from '../gql';
import type { CallFactsFieldsFragment } from '../gql/graphql';
import page from '../ui/page.module.css';
import { spell } from '../ui/format';
import { When } from '../ui/Time';
import styles from './CallPage.module.css';

graphql(`
  fragment CallFactsFields on Call {
    id
    media
    direction
    state
    subject
    createdAt
    answeredAt
    endedAt
    endReason
    waitSeconds
    talkSeconds
    wrapUpSeconds
    setupSeconds
    contactVerified
    tags
    outcome {
      id
      name
      success
    }
    rating {
      stars
      words
      at
    }
    queue {
      id
      name
    }
    agent {
      id
      user {
        id
        name
      }
    }
    legs {
      id
      role
      name
      state
      user {
        id
      }
      consent {
        given
        at
        wording
      }
    }
  }
`);

export function CallFacts({ call }: { call: CallFactsFieldsFragment }) {
  const asked = call.legs.filter((leg) => leg.role !== 'AGENT' && leg.consent);
  return (
    <section className={page.card} aria-labelledby="call-facts">
      <div className={page.cardHead}>
        <Title order={2} id="call-facts">
          Facts
        </Title>
      </div>
      <DataList className={styles.facts} labelWidth="96px" gap={8}>
        <Fact name="Kind">
          {call.media === 'VIDEO' ? 'Video call' : 'Audio call'}, {DIRECTIONS[call.direction]}
        </Fact>
        {call.subject && <Fact name="Subject">{call.subject}</Fact>}
        {call.queue && <Fact name="Queue">{call.queue.name}</Fact>}
        {call.direction === 'INBOUND' && !call.contactVerified && (
          <Fact name="Identity">Unverified: only what the caller said</Fact>
        )}
        {call.agent && <Fact name="Agent">{call.agent.user.name}</Fact>}
        <Fact name="Placed">
          <When at={call.createdAt} />
        </Fact>
        {call.answeredAt && (
          <Fact name="Answered">
            <When at={call.answeredAt} />
            {call.waitSeconds != null && `, after ${spell(call.waitSeconds)}`}
          </Fact>
        )}
        {call.state === 'ENDED' && call.talkSeconds != null && <Fact name="Talk">{spell(call.talkSeconds)}</Fact>}
        {call.wrapUpSeconds != null && call.wrapUpSeconds > 0 && <Fact name="Wrap-up">{spell(call.wrapUpSeconds)}</Fact>}
        {call.outcome && (
          <Fact name="Outcome">
            {call.outcome.name}
            {call.outcome.success && ' (a success)'}
          </Fact>
        )}
        {call.tags.length > 0 && (
          <Fact name="Tags">
            {call.tags.map((tag) => (
              <Badge key={tag} variant="default" radius="sm" tt="none" fw={400} mr={4}>
                {tag}
              </Badge>
            ))}
          </Fact>
        )}
        {call.rating && (
          <Fact name="Rating">
            <span role="img" aria-label={`${call.rating.stars} of 5 stars`}>
              {'★'.repeat(call.rating.stars)}
              {'☆'.repeat(5 - call.rating.stars)}
            </span>
            {call.rating.words && <span className={styles.words}>“{call.rating.words}”</span>}
          </Fact>
        )}
        {call.setupSeconds != null && (
          <Fact name="Set-up">{call.setupSeconds.toFixed(1)} s from joining to hearing each other</Fact>
        )}
        {call.endReason && <Fact name="End">{call.endReason}</Fact>}
        {asked.map((leg) => (
          <Fact key={leg.id} name="Consent">
            <span title={leg.consent?.wording}>
              {leg.name} {leg.consent?.given ? 'agreed to the recording' : 'refused the recording'}
            </span>
          </Fact>
        ))}
      </DataList>
    </section>
  );
}

const DIRECTIONS = { OUTBOUND: 'outgoing', INBOUND: 'incoming', INTERNAL: 'internal', SCHEDULED: 'by appointment' };

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <DataList.Item>
      <DataList.ItemLabel>{name}</DataList.ItemLabel>
      <DataList.ItemValue dir="auto">{children}</DataList.ItemValue>
    </DataList.Item>
  );
}
