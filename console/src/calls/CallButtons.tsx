import { Button, Group } from '@mantine/core';
import { IconPhone, IconVideo } from '@tabler/icons-react';
import { useState } from 'react';
import { useMutation } from 'urql';
import { payload } from '../api/errors';
import { idempotencyKey } from '../api/key';
import { showFault } from '../api/show-fault';
import { useWorkspace } from '../app/workspace';
import { graphql } from '../gql';
import type { MediaKind } from '../gql/graphql';
import { useInCall } from './inCall';

export const CallPlace = graphql(`
  mutation CallPlace($input: CallPlaceInput!) {
    callPlace(input: $input) {
      call {
        ...CallRow
      }
      joinUrl
      userErrors {
        code
        message
      }
    }
  }
`);

/** Places a call to a contact; the console's bar takes it up. */
function usePlacing(contactId: string) {
  const { desk } = useWorkspace();
  const [, place] = useMutation(CallPlace);
  const [placing, setPlacing] = useState<MediaKind | null>(null);
  const call = async (media: MediaKind) => {
    setPlacing(media);
    try {
      const input = { contactId, media, idempotencyKey: idempotencyKey() };
      const placed = payload(await place({ input }), (data) => data.callPlace);
      if (placed.call) {
        desk.begin({ callId: placed.call.id, video: media === 'VIDEO', joinUrl: placed.joinUrl ?? null });
      }
    } catch (error) {
      showFault(error, 'The call was not placed');
    } finally {
      setPlacing(null);
    }
  };
  return { placing, call };
}

export function CallButtons({ contactId, archived }: { contactId: string; archived: boolean }) {
  const inCall = useInCall();
  const { placing, call } = usePlacing(contactId);
  const blocked = archived || inCall || placing !== null;
  const why = archived ? 'This contact is archived' : inCall ? 'You are in a call' : undefined;
  return (
    <Group gap={8} ml="auto" wrap="nowrap">
      <Button
        leftSection={<IconVideo size={18} aria-hidden="true" />}
        onClick={() => void call('VIDEO')}
        loading={placing === 'VIDEO'}
        disabled={blocked && placing !== 'VIDEO'}
        title={why}
      >
        Video call
      </Button>
      <Button
        variant="default"
        leftSection={<IconPhone size={18} aria-hidden="true" />}
        onClick={() => void call('AUDIO')}
        loading={placing === 'AUDIO'}
        disabled={blocked && placing !== 'AUDIO'}
        title={why}
      >
        Audio call
      </Button>
    </Group>
  );
}

/** Answers somebody who left a message. */
export function CallBack({ contactId, name }: { contactId: string; name: string }) {
  const inCall = useInCall();
  const { placing, call } = usePlacing(contactId);
  return (
    <Button
      size="xs"
      leftSection={<IconPhone size={16} aria-hidden="true" />}
      aria-label={`Call ${name} back`}
      loading={placing !== null}
      disabled={inCall}
      title={inCall ? 'You are in a call' : undefined}
      onClick={() => void call('AUDIO')}
    >
      Call back
    </Button>
  );
}
