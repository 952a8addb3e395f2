import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPhone, IconVideo } from '@tabler/icons-react';
import { useState } from 'react';
import { useMutation } from 'urql';
import { explain, payload } from '../api/errors';
import { idempotencyKey } from '../api/key';
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

export function CallButtons({ contactId, archived }: { contactId: string; archived: boolean }) {
  const { desk } = useWorkspace();
  const inCall = useInCall();
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
      notifications.show({ color: 'red', title: 'The call was not placed', message: explain(error) });
    } finally {
      setPlacing(null);
    }
  };

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
