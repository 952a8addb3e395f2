import { Modal, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useMutation } from 'urql';
import { explain, payload } from '../api/errors';
import { useWorkspace } from '../app/workspace';
import { graphql } from '../gql';
import { CreateForm } from '../ui/CreateForm';
import { keyOf } from './queue-form';

const QueueCreateDocument = graphql(`
  mutation QueueCreate($input: QueueCreateInput!) {
    queueCreate(input: $input) {
      queue {
        ...QueueFields
      }
      userErrors {
        code
        message
        path
      }
    }
  }
`);

interface Props {
  opened: boolean;
  onClose: () => void;
}

export function QueueCreate({ opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="New queue">
      <Form onClose={onClose} />
    </Modal>
  );
}

/** Only what can't be guessed; all else has a sensible beginning and its place on the queue's page. */
function Form({ onClose }: { onClose: () => void }) {
  const { user } = useWorkspace();
  const navigate = useNavigate();
  const [{ fetching }, create] = useMutation(QueueCreateDocument);
  const [name, setName] = useState('');
  const [key, setKey] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const input = {
        name,
        key: key ?? keyOf(name),
        hours: { timeZone: user.timeZone, weekly: [], holidays: [] },
      };
      const { queue } = payload(await create({ input }), (data) => data.queueCreate);
      onClose();
      if (queue) await navigate({ to: '/settings/queues/$queueId', params: { queueId: queue.id } });
    } catch (error) {
      setFault(explain(error));
    }
  };

  return (
    <CreateForm fault={fault} busy={fetching} onSubmit={(event) => void submit(event)} onCancel={onClose}>
      <TextInput label="Name" description="Contacts read it too" required data-autofocus dir="auto" value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput
        label="Address"
        description="Small letters, digits and hyphens; links are made of it"
        leftSection="/q/"
        required
        value={key ?? keyOf(name)}
        onChange={(event) => setKey(event.currentTarget.value)}
      />
    </CreateForm>
  );
}
