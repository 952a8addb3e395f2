import { Notice } from '../join/Notice';
import { usePolling } from '../ui/usePolling';

/** So often it looks by itself whether there is room again. */
const LOOK_MS = 15_000;

interface Props {
  queue: string;
  onAgain: () => void;
  /** Where messages are taken. */
  onMessage: (() => void) | undefined;
}

/** As many wait as may: said before anything is asked for. */
export function Full({ queue, onAgain, onMessage }: Props) {
  usePolling(onAgain, LOOK_MS);
  return (
    <Notice kind="closed" title={`${queue} is busy`} onAgain={onAgain} again="Try again" onMain={onMessage} main="Leave a message">
      Very many are waiting right now. This page looks again by itself, and lets you in as soon as there is room.
    </Notice>
  );
}
