import { notifications } from '@mantine/notifications';
import type { CombinedError } from '@urql/core';
import { explain, payload } from './errors';
import type { UserErrorCode } from '../gql/graphql';

interface Answer {
  userErrors: readonly { code: UserErrorCode; message: string }[];
}

/** A change of one row: true when it was done, else the reason is shown. */
export async function attempt<Data>(
  change: () => Promise<{ data?: Data; error?: CombinedError }>,
  pick: (data: Data) => Answer,
): Promise<boolean> {
  try {
    payload(await change(), pick);
    return true;
  } catch (error) {
    notifications.show({ color: 'red', title: 'Not changed', message: explain(error) });
    return false;
  }
}
