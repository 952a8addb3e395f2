import { useMutation } from 'urql';
import { attempt } from '../api/attempt';
import { payload } from '../api/errors';
import { idempotencyKey } from '../api/key';
import { graphql } from '../gql';
import type { CallNewsFragment, TransferFieldsFragment, TransferKind, TransferSide } from '../gql/graphql';

graphql(`
  fragment TransferFields on Transfer {
    id
    kind
    state
    side
    reason
    startedAt
    connectedAt
    from {
      id
      user {
        id
        name
      }
    }
    toAgent {
      id
      user {
        id
        name
      }
    }
    toQueue {
      id
      name
    }
  }
`);

const CallTransfer = graphql(`
  mutation CallTransfer($input: CallTransferInput!) {
    callTransfer(input: $input) {
      transfer {
        ...TransferFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const TransferSwap = graphql(`
  mutation TransferSwap($input: TransferSwapInput!) {
    transferSwap(input: $input) {
      transfer {
        ...TransferFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const TransferComplete = graphql(`
  mutation TransferComplete($input: TransferCompleteInput!) {
    transferComplete(input: $input) {
      transfer {
        ...TransferFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const TransferCancel = graphql(`
  mutation TransferCancel($input: TransferCancelInput!) {
    transferCancel(input: $input) {
      transfer {
        ...TransferFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

export type Transfer = TransferFieldsFragment;
export type Target = { toAgentId: string } | { toQueueId: string };

/** The transfer that rings or is talked over; of those that are over a call may have many. */
export function liveTransfer(call: Pick<CallNewsFragment, 'transfers'> | null): Transfer | null {
  return call?.transfers.find(({ state }) => state === 'RINGING' || state === 'CONSULTING') ?? null;
}

export interface Transferring {
  current: Transfer | null;
  /** Throws what the platform says against it. */
  begin: (kind: TransferKind, target: Target) => Promise<void>;
  swap: (side: TransferSide) => Promise<boolean>;
  complete: () => Promise<boolean>;
  cancel: () => Promise<boolean>;
}

/** Handing a call on. Where it stands comes with the call's news; whoever loses a race is told in words. */
export function useTransferring(call: CallNewsFragment | null): Transferring {
  const [, begin] = useMutation(CallTransfer);
  const [, swap] = useMutation(TransferSwap);
  const [, complete] = useMutation(TransferComplete);
  const [, cancel] = useMutation(TransferCancel);
  const current = liveTransfer(call);
  const transferId = current?.id ?? '';
  return {
    current,
    begin: async (kind, target) => {
      const input = { callId: call?.id ?? '', kind, ...target, idempotencyKey: idempotencyKey() };
      payload(await begin({ input }), (data) => data.callTransfer);
    },
    swap: (side) => attempt(() => swap({ input: { transferId, with: side } }), (data) => data.transferSwap),
    complete: () => attempt(() => complete({ input: { transferId } }), (data) => data.transferComplete),
    cancel: () => attempt(() => cancel({ input: { transferId } }), (data) => data.transferCancel),
  };
}
