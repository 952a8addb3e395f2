import { useCallback, useEffect, useRef, useState } from 'react';
import { useQuery, useSubscription } from 'urql';
import { useLiveCall, useLocalMedia } from '../call/hooks';
import type { LiveCallState } from '../call/live-call';
import type { LocalMediaState } from '../call/media';
import { graphql } from '../gql';
import type { GuestCallFragment } from '../gql/graphql';
import { endWords } from '../queue/words';
import type { Row } from '../queue/waiting';
import type { Ready } from './take-up';
import { withWhom } from './with-whom';

graphql(`
  fragment GuestCall on Call {
    id
    version
    media
    state
    result
    createdAt
    answeredAt
    endedAt
    recordingState
    queueName
    queueClosed {
      opensAt
      message
    }
    position
    estimatedWaitSeconds
    callbackAvailable
    voicemailAvailable
    voicemailWording
    voicemailState
    voicemailEndsAt
    legs {
      id
      role
      name
      state
      audience
      parked
      muted
      videoOn
      screenOn
      consent {
        given
      }
    }
  }
`);

const GuestCallDocument = graphql(`
  query GuestCallOfMine {
    viewer {
      guest {
        call {
          ...GuestCall
          events(first: 1) {
            nodes {
              cursor
            }
          }
        }
      }
    }
  }
`);

const GuestCallNews = graphql(`
  subscription GuestCallNews($callId: ID!, $after: String) {
    callEvents(callId: $callId, after: $after) {
      cursor
      version
      kind
      call {
        ...GuestCall
      }
    }
  }
`);

export interface OwnCall {
  live: LiveCallState;
  local: LocalMediaState;
  /** Null until it was read. */
  call: GuestCallFragment | null;
  agent: GuestCallFragment['legs'][number] | null;
  /** Asks anew for what changes without an event: the estimate. */
  refresh: () => void;
}

interface Outcome {
  onOver: (reason: string) => void;
  /** Another page of the same guest has the call. */
  onTaken: () => void;
}

/** A guest's own call: joined, followed and kept up. How it comes out is told once. */
export function useOwnCall({ live, media, joined, open }: Ready, { onOver, onTaken }: Outcome): OwnCall {
  const state = useLiveCall(live);
  const local = useLocalMedia(media);
  const started = useRef(false);
  useEffect(() => {
    if (started.current) return;
    started.current = true;
    void live.start(joined ?? undefined);
  }, [live, joined]);

  // The row is read once the leg is ours: before that the token may still be on its way.
  const [{ data }, execute] = useQuery({ query: GuestCallDocument, pause: state.legId === null, requestPolicy: 'network-only' });
  const call = data?.viewer.guest?.call ?? null;
  // From the first event on: whatever happens between reading the row and listening still comes.
  const since = call?.events.nodes[0]?.cursor ?? null;
  useSubscription({
    query: GuestCallNews,
    variables: { callId: call?.id ?? '', after: since },
    pause: call === null,
  });
  const refresh = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);

  const [opened, setOpened] = useState(!open);
  useEffect(() => {
    if (opened || call === null) return;
    setOpened(true);
    void media.open(call.media === 'VIDEO');
  }, [opened, call, media]);

  // Passed on to a queue that takes no pictures.
  const video = useRef(false);
  useEffect(() => {
    if (video.current && call?.media === 'AUDIO') void media.setCamera(false);
    video.current = call?.media === 'VIDEO';
  }, [call?.media, media]);

  const over = state.phase === 'ended' ? (state.endReason ?? 'The call has ended') : null;
  useEffect(() => {
    if (over === null) return;
    media.stop();
    if (state.taken) onTaken();
    else onOver(endWords(over));
  }, [over, state.taken, media, onOver, onTaken]);

  useEffect(() => {
    const wake = () => live.wake();
    addEventListener('online', wake);
    return () => removeEventListener('online', wake);
  }, [live]);

  const agent = withWhom(call?.legs ?? [], state.legId);
  return { live: state, local, call, agent, refresh };
}

export function rowOf({ call, agent }: OwnCall): Row | null {
  const message = call?.voicemailState;
  return (
    call && {
      ...call,
      // An agent who waits beside a transferred call is no longer with it.
      agent: agent && !agent.parked ? agent.name : null,
      message: message === 'GREETING' || message === 'RECORDING',
    }
  );
}

