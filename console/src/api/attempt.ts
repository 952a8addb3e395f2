import type { CombinedError } from '@urql/core';
import { payload } from './errors';
import { showFault } from './show-fault';
import type { UserErrorCode } from '../gql/graphql';

interface Answer {
  userErrors: readonly { code: UserErrorCode; message: string }[];
}

/** A change of one row: true when it was done, else the reason is shown under the title. */
export async function attempt<Data>(
  change: () => Promise<{ data?: Data; error?: CombinedError }>,
  pick: (data: Data) => Answer,
  title = 'Not changed',
): Promise<boolean> {
  try {
    payload(await change(), pick);
    return true;
  } catch (error) {
    showFault(error, title);
    return false;
  }
}
