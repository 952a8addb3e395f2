import { stateOf } from '../calls/words';
import type { PastCallFieldsFragment } from '../gql/graphql';
import { clock } from '../ui/format';

/** How it turned out: what the agent said, else how it ended. */
export function cameOf({ outcomeName, result }: Pick<PastCallFieldsFragment, 'outcomeName' | 'result'>): string {
  return outcomeName ?? stateOf({ state: 'ENDED', result }).words;
}

/** Who had it, for which queue, and how long they talked. */
export function detailOf({ agentName, queueName, talkSeconds }: Pick<PastCallFieldsFragment, 'agentName' | 'queueName' | 'talkSeconds'>): string {
  return [agentName, queueName, talkSeconds >= 1 ? clock(talkSeconds) : null].filter(Boolean).join(' · ');
}

/** Those that were placed before an instant. A call in its wrap-up is over: it stands in the history, but came not before itself. */
export function placedBefore<Past extends { at: string }>(calls: readonly Past[], instant?: string): readonly Past[] {
  return instant === undefined ? calls : calls.filter(({ at }) => Date.parse(at) < Date.parse(instant));
}
