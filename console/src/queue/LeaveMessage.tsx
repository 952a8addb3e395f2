import { Button, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { explain, payload } from '../api/errors';
import { graphql } from '../gql';
import { Fault } from '../ui/Fault';

const VoicemailLeave = graphql(`
  mutation VoicemailLeave($input: VoicemailLeaveInput!) {
    voicemailLeave(input: $input) {
      call {
        ...GuestCall
      }
      userErrors {
        code
        message
      }
    }
  }
`);

interface Props {
  callId: string;
  /** What is agreed to by pressing the button. */
  wording: string | null;
  opened: boolean;
  onClose: () => void;
}

/** Out of the line and to the greeting: the place is given up, so it is said before. */
export function LeaveMessage({ callId, wording, opened, onClose }: Props) {
  const [{ fetching }, leave] = useMutation(VoicemailLeave);
  const [fault, setFault] = useState<string | null>(null);
  const go = async () => {
    setFault(null);
    try {
      payload(await leave({ input: { callId } }), (data) => data.voicemailLeave);
      onClose();
    } catch (problem) {
      setFault(explain(problem));
    }
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Leave a message" centered>
      <Stack gap="sm">
        <Text>You give up your place. You hear a greeting and a beep; then speak for up to three minutes.</Text>
        {wording !== null && <Text c="dimmed">{wording}</Text>}
        <Fault words={fault} />
        <Button size="md" loading={fetching} onClick={() => void go()}>
          Leave a message
        </Button>
        <Button size="md" variant="default" onClick={onClose}>
          Stay on the line
        </Button>
      </Stack>
    </Modal>
  );
}
