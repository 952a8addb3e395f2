import { useEffect } from 'react';
import type { QueueInfoQuery } from '../gql/graphql';
import { Notice } from '../join/Notice';
import { useNow } from '../ui/Time';
import { Until } from './Until';

type Info = NonNullable<QueueInfoQuery['queueInfo']>;

/** Closed: what the queue says about it, and when to come again. Opens by itself. */
export function Closed({ info, onAgain, onMessage }: { info: Info; onAgain: () => void; onMessage: () => void }) {
  const now = useNow(20_000);
  const opensAt = info.opensAt ? new Date(info.opensAt) : null;
  const due = opensAt !== null && opensAt <= now;
  useEffect(() => {
    if (due) onAgain();
    // Also by `now`: the platform's clock may not be there yet, so it is asked again.
  }, [due, now, onAgain]);
  return (
    <Notice kind="closed" title={`${info.name} is closed`} onAgain={onAgain} again="Look again" onMain={info.voicemail ? onMessage : undefined} main="Leave a message">
      <Until message={info.closedMessage} opensAt={info.opensAt} />
    </Notice>
  );
}
