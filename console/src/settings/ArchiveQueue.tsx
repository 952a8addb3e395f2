import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from 'urql';
import { payload } from '../api/errors';
import { showFault } from '../api/show-fault';
import type { QueueFieldsFragment } from '../gql/graphql';
import { QueueUpdate } from './QueueEditor';

/** Taken out of use it keeps its history, and can be brought back. */
export function ArchiveQueue({ queue }: { queue: QueueFieldsFragment }) {
  const [{ fetching }, update] = useMutation(QueueUpdate);
  const archived = queue.archivedAt != null;
  const toggle = async () => {
    try {
      payload(await update({ input: { queueId: queue.id, archived: !archived } }), (data) => data.queueUpdate);
      notifications.show({ message: archived ? `${queue.name} takes calls again.` : `${queue.name} takes no new calls.`, color: 'gray' });
    } catch (error) {
      showFault(error);
    }
  };
  return (
    <Button variant="default" size="xs" loading={fetching} onClick={() => void toggle()}>
      {archived ? 'Bring back' : 'Archive'}
    </Button>
  );
}
