import { ActionIcon, Button, Group, Modal, Text, Tooltip } from '@mantine/core';
import { IconPhoneOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useMutation } from 'urql';
import { attempt } from '../api/attempt';
import { CallEnd } from '../call/graphql-signalling';

interface Props {
  callId: string;
  whose: string;
}

/** Ends somebody else's call, once it was asked whether that is meant. */
export function EndCall({ callId, whose }: Props) {
  const [asking, setAsking] = useState(false);
  const [{ fetching }, end] = useMutation(CallEnd);
  const close = () => setAsking(false);
  return (
    <>
      <Tooltip label="End the call for all">
        <ActionIcon size={28} c="var(--fault)" aria-label={`End the call of ${whose}`} onClick={() => setAsking(true)}>
          <IconPhoneOff size={16} />
        </ActionIcon>
      </Tooltip>
      <Modal opened={asking} onClose={close} title="End this call?" centered>
        <Text size="sm" mb={16} dir="auto">
          The call of {whose} is cut off for everybody in it.
        </Text>
        <Group justify="flex-end" gap={8}>
          <Button variant="default" data-autofocus onClick={close}>
            Let it go on
          </Button>
          <Button
            color="red"
            loading={fetching}
            onClick={async () => {
              if (await attempt(async () => end({ input: { callId } }), (data) => data.callEnd)) close();
            }}
          >
            End the call
          </Button>
        </Group>
      </Modal>
    </>
  );
}
