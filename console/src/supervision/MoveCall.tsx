import { Select } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from 'urql';
import { attempt } from '../api/attempt';
import { LiveQueues, useQueues } from '../calls/useQueues';
import { graphql } from '../gql';

const CallMove = graphql(`
  mutation CallMove($input: CallMoveInput!) {
    callMove(input: $input) {
      call {
        id
        version
        state
        queue {
          id
          name
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
  callId: string;
  whose: string;
  fromQueueId: string;
  onMoved: () => void;
}

/** Lets a call wait somewhere else. What it has waited counts there too. */
export function MoveCall({ callId, whose, fromQueueId, onMoved }: Props) {
  const { queues } = useQueues(LiveQueues);
  const [{ fetching }, move] = useMutation(CallMove);
  const others = queues?.filter(({ id }) => id !== fromQueueId) ?? [];
  const choose = async (queueId: string | null) => {
    if (queueId === null) return;
    if (!(await attempt(async () => move({ input: { callId, queueId } }), (answer) => answer.callMove))) return;
    notifications.show({ message: `${whose} waits in ${others.find(({ id }) => id === queueId)?.name ?? 'the other queue'} now.`, color: 'gray' });
    onMoved();
  };
  return (
    <Select
      size="xs"
      flex={1}
      aria-label={`Move ${whose} to another queue`}
      placeholder="Move to another queue"
      searchable
      limit={100}
      disabled={fetching || others.length === 0}
      data={others.map(({ id, name, open }) => ({ value: id, label: open ? name : `${name} (closed)` }))}
      value={null}
      onChange={(queueId) => void choose(queueId)}
    />
  );
}
