import { notifications } from '@mantine/notifications';
import { useEffect, useRef } from 'react';
import type { CallNewsFragment } from '../gql/graphql';
import { liveTransfer } from './transfer';
import { failure } from './words';

/** Says why a transfer came to nothing, to the one whose it was. What was taken back needs no words. */
export function useTransferNews(call: CallNewsFragment | null, userId: string, name: string): void {
  const watched = useRef<string | null>(null);
  const live = liveTransfer(call);
  useEffect(() => {
    if (live) {
      watched.current = live.from.user.id === userId ? live.id : null;
      return;
    }
    const over = call?.transfers.find(({ id }) => id === watched.current);
    if (!over) return;
    watched.current = null;
    if (over.state === 'FAILED') notifications.show({ color: 'yellow', autoClose: 15_000, ...failure(over, name) });
  });
}
