import { useMutation } from 'urql';
import { attempt } from '../api/attempt';
import { graphql } from '../gql';
import type { CallNewsFragment } from '../gql/graphql';
import { holdable } from './party';

const CallHold = graphql(`
  mutation CallHold($input: CallHoldInput!) {
    callHold(input: $input) {
      call {
        ...CallNews
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const CallResume = graphql(`
  mutation CallResume($input: CallResumeInput!) {
    callResume(input: $input) {
      call {
        ...CallNews
      }
      userErrors {
        code
        message
      }
    }
  }
`);

export interface Hold {
  /** Everybody who can be put on hold is. */
  on: boolean;
  /** Since when, where the whole call is on hold. */
  since: string | null;
  possible: boolean;
  /** Of all, or of one party alone. */
  set: (on: boolean, legId?: string) => Promise<boolean>;
}

/** Hold as the platform knows it: which parties are parked comes with the call's news. */
export function useHold(call: CallNewsFragment | null, legId: string | null): Hold {
  const [, hold] = useMutation(CallHold);
  const [, resume] = useMutation(CallResume);
  const parties = call ? holdable(call.legs, legId, call.direction) : [];
  const on = parties.length > 0 && parties.every(({ parked }) => parked);
  const open = call?.intervals.findLast(({ endedAt }) => !endedAt);
  return {
    on,
    since: on && open?.kind === 'HOLD' ? open.startedAt : null,
    possible: call?.state === 'IN_PROGRESS' && parties.length > 0,
    set: (wanted, of) => {
      const input = { callId: call?.id ?? '', ...(of === undefined ? {} : { legId: of }) };
      return wanted
        ? attempt(() => hold({ input }), (data) => data.callHold)
        : attempt(() => resume({ input }), (data) => data.callResume);
    },
  };
}
