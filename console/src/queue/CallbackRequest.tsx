import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { explain, payload } from '../api/errors';
import { graphql } from '../gql';
import { Fault } from '../ui/Fault';

const CallbackRequestDocument = graphql(`
  mutation CallbackRequest($input: CallbackRequestInput!) {
    callbackRequest(input: $input) {
      call {
        id
        version
        state
        result
      }
      joinUrl
      userErrors {
        code
        message
        path
      }
    }
  }
`);

interface Props {
  callId: string;
  place: number | null;
  opened: boolean;
  onClose: () => void;
  /** The link of the call that will be made instead. */
  onCallback: (joinUrl: string) => void;
}

export function CallbackRequest({ callId, place, opened, onClose, onCallback }: Props) {
  const [, request] = useMutation(CallbackRequestDocument);
  const [email, setEmail] = useState('');
  const [phone, setPhone] = useState('');
  const [sending, setSending] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const send = async () => {
    setSending(true);
    setFault(null);
    try {
      const input = { callId, email: email.trim() || null, phone: phone.trim() || null };
      const { joinUrl } = payload(await request({ input }), (data) => data.callbackRequest);
      if (!joinUrl) throw new Error('The server sent no link.');
      onCallback(joinUrl);
    } catch (problem) {
      setFault(explain(problem));
      setSending(false);
    }
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Call me back instead" centered>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Stack gap="sm">
          <Text>
            You hang up now and keep your place{place !== null && ` (${place})`}. When it is your turn, this page rings.
          </Text>
          <TextInput label="E-mail" description="Optional: in case we can’t reach you here" type="email" autoComplete="email" size="md" value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
          <TextInput label="Phone" description="Optional" type="tel" autoComplete="tel" size="md" value={phone} onChange={(event) => setPhone(event.currentTarget.value)} />
          <Fault words={fault} />
          <Button type="submit" size="md" loading={sending}>
            Hang up and call me back
          </Button>
          <Button size="md" variant="default" onClick={onClose}>
            Stay on the line
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
