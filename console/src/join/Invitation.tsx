import { Alert, Button, Loader, Radio, Stack, Text, Title } from '@mantine/core';
import { IconPhone, IconVideo } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { explain, payload } from '../api/errors';
import { callJoin, joinedOf } from '../call/graphql-signalling';
import { LocalMedia } from '../call/media';
import { graphql } from '../gql';
import { Face } from '../ui/Person';
import { DeviceCheck } from './DeviceCheck';
import type { Guest } from './guest';
import styles from './join.module.css';
import { begin, type Ready } from './take-up';

const InvitationDocument = graphql(`
  query Invitation($joinToken: String!) {
    invitation(joinToken: $joinToken) {
      callerName
      contactName
      media
      subject
      state
      consentWording
    }
  }
`);

const ConsentGive = graphql(`
  mutation ConsentGive($input: ConsentGiveInput!) {
    consentGive(input: $input) {
      leg {
        id
        consent {
          given
        }
      }
      userErrors {
        code
        message
      }
    }
  }
`);

interface Props {
  guest: Guest;
  joinToken: string;
  onReady: (ready: Ready) => void;
  onUnusable: (reason: string) => void;
}

const GONE = 'The call is over, or the link was mistyped. Ask the person who sent it for a new one.';

export function Invitation({ guest, joinToken, onReady, onUnusable }: Props) {
  const [{ data, error }, reload] = useQuery({
    query: InvitationDocument,
    variables: { joinToken },
    requestPolicy: 'network-only',
  });
  const [, giveConsent] = useMutation(ConsentGive);
  const [media] = useState(() => new LocalMedia());
  const [consent, setConsent] = useState<'yes' | 'no' | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [joining, setJoining] = useState(false);
  const invitation = data?.invitation;
  const missing = data !== undefined && !invitation;

  useEffect(() => {
    if (missing) onUnusable(GONE);
  }, [missing, onUnusable]);

  if (error) {
    return (
      <main className={styles.page} data-center="true">
        <Alert color="yellow" role="alert" title="The invitation could not be loaded">
          <Stack gap="sm" align="start">
            {explain(error)}
            <Button variant="default" onClick={() => reload({ requestPolicy: 'network-only' })}>
              Try again
            </Button>
          </Stack>
        </Alert>
      </main>
    );
  }
  if (!invitation) {
    return (
      <main className={styles.page} data-center="true">
        <Loader role="progressbar" aria-label="Loading the invitation" />
      </main>
    );
  }

  const wording = invitation.consentWording ?? null;
  const join = async () => {
    if (wording !== null && consent === null) {
      setFault('Please choose whether this call may be recorded.');
      return;
    }
    setJoining(true);
    setFault(null);
    try {
      const answer = await callJoin(guest.client, { joinToken });
      if (answer.guestToken) guest.token.keep(answer.guestToken);
      if (answer.consentWording && consent !== null) {
        const input = { legId: answer.leg.id, given: consent === 'yes' };
        payload(await giveConsent({ input }), (given) => given.consentGive);
      }
      onReady(begin(guest, joinToken, media, joinedOf(answer)));
    } catch (problem) {
      setFault(explain(problem));
      setJoining(false);
    }
  };

  return (
    <main className={styles.page}>
      <header className={styles.caller}>
        <Face name={invitation.callerName} size={56} />
        <div>
          <Title order={1} dir="auto">
            {invitation.callerName}
          </Title>
          <Text c="dimmed">
            {invitation.media === 'VIDEO' ? 'would like to talk to you by video' : 'would like to talk to you'}
          </Text>
          {invitation.subject && <Text dir="auto">{invitation.subject}</Text>}
        </div>
      </header>
      <DeviceCheck media={media} video={invitation.media === 'VIDEO'} />
      {wording !== null && (
        <Radio.Group
          value={consent}
          onChange={(value) => setConsent(value === 'yes' ? 'yes' : 'no')}
          label="May this call be recorded?"
          description={wording}
          classNames={{ label: styles.question ?? '', description: styles.wording ?? '' }}
        >
          <Stack gap={8} mt="sm">
            <Radio.Card value="yes" className={styles.answer}>
              <Radio.Indicator />
              <span>Yes, it may be recorded</span>
            </Radio.Card>
            <Radio.Card value="no" className={styles.answer}>
              <Radio.Indicator />
              <span>No, talk without recording</span>
            </Radio.Card>
          </Stack>
        </Radio.Group>
      )}
      <div className={styles.foot}>
        {fault !== null && (
          <Alert color="red" role="alert" p="xs">
            {fault}
          </Alert>
        )}
        <Button
          size="lg"
          fullWidth
          loading={joining}
          onClick={() => void join()}
          leftSection={invitation.media === 'VIDEO' ? <IconVideo size={20} /> : <IconPhone size={20} />}
        >
          Join the call
        </Button>
      </div>
    </main>
  );
}
