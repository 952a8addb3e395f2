import type { QueueInfoQuery } from '../gql/graphql';
import { Notice } from '../join/Notice';
import { usePolling } from '../ui/usePolling';

/** So often it looks by itself whether there is room again. */
const LOOK_MS = 15_000;

interface Props {
  info: NonNullable<QueueInfoQuery['queueInfo']>;
  onLook: () => void;
  onAgain: () => void;
  /** Where messages are taken. */
  onMessage: (() => void) | undefined;
}

/** As many wait as may: said before anything is asked for. */
export function Full({ info, onLook, onAgain, onMessage }: Props) {
  usePolling(onLook, LOOK_MS);
  return (
    <Notice kind="closed" title={`${info.name} is busy`} onAgain={onAgain} again="Try again" onMain={onMessage} main="Leave a message">
      {/* Where only the queue that this one sends on to is full, a try alone can tell. */}
      Very many are waiting right now. {info.full ? 'This page looks again by itself, and lets you in as soon as there is room.' : 'Please try again in a moment.'}
    </Notice>
  );
}
