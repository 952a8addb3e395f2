import type { Client } from '@urql/core';
import { graphql } from '../gql';
import type { CallJoinInput, JoinFieldsFragment, LegSignalsSubscription } from '../gql/graphql';
import { payload } from '../api/errors';
import type { Joined, Signal, Signalling } from './signalling';

graphql(`
  fragment JoinFields on JoinInfo {
    leg {
      id
      role
      state
      name
    }
    epoch
    generation
    iceServers {
      urls
      username
      credential
    }
    guestToken
    consentWording
  }
`);

const CallJoin = graphql(`
  mutation CallJoin($input: CallJoinInput!) {
    callJoin(input: $input) {
      join {
        ...JoinFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const LegNegotiate = graphql(`
  mutation LegNegotiate($input: LegNegotiateInput!) {
    legNegotiate(input: $input) {
      answer {
        sdp
        revision
        epoch
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const LegTrickle = graphql(`
  mutation LegTrickle($input: LegTrickleInput!) {
    legTrickle(input: $input) {
      userErrors {
        code
        message
      }
    }
  }
`);

const LegUpdate = graphql(`
  mutation LegUpdate($input: LegUpdateInput!) {
    legUpdate(input: $input) {
      leg {
        id
        muted
        videoOn
        screenOn
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const LegLeave = graphql(`
  mutation LegLeave($input: LegLeaveInput!) {
    legLeave(input: $input) {
      userErrors {
        code
        message
      }
    }
  }
`);

export const CallEnd = graphql(`
  mutation CallEnd($input: CallEndInput!) {
    callEnd(input: $input) {
      call {
        id
        version
        state
        result
        endedAt
      }
      userErrors {
        code
        message
      }
    }
  }
`);

export const LegSignals = graphql(`
  subscription LegSignals($legId: ID!, $generation: Int) {
    legSignals(legId: $legId, generation: $generation) {
      __typename
      ... on SdpOffer {
        sdp
        revision
        epoch
      }
      ... on IceCandidate {
        candidate
        sdpMid
        sdpMLineIndex
      }
      ... on MediaMoved {
        epoch
        iceServers {
          urls
          username
          credential
        }
      }
      ... on LegEnded {
        reason
      }
      ... on LegTaken {
        reason
      }
    }
  }
`);

/** callJoin as a step of its own: a guest reads the wording of the consent from it before media flow. */
export async function callJoin(client: Client, input: CallJoinInput): Promise<JoinFieldsFragment> {
  const result = await client.mutation(CallJoin, { input }).toPromise();
  const { join } = payload(result, (data) => data.callJoin);
  if (!join) throw new Error('The server sent no way to join.');
  return join;
}

export function joinedOf(join: JoinFieldsFragment): Joined {
  const { leg, generation, epoch } = join;
  return { legId: leg.id, generation, epoch, iceServers: join.iceServers.map(iceServer) };
}

interface Party {
  /** Joins, or joins again: then with the generation of this page's leg. */
  join(generation: number | null): Promise<JoinFieldsFragment>;
  /** The call that this party's hang-up ends for all; null where hanging up is only a leaving. */
  ends(): { callId: string } | null;
}

export function graphqlSignalling(client: Client, party: Party): Signalling {
  const leave = async (legId: string) => {
    await client.mutation(LegLeave, { input: { legId } }).toPromise();
  };
  return {
    join: async (generation) => joinedOf(await party.join(generation)),
    negotiate: async (input) => {
      const result = await client.mutation(LegNegotiate, { input }).toPromise();
      return payload(result, (data) => data.legNegotiate).answer ?? null;
    },
    trickle: async ({ legId, generation }, epoch, candidates) => {
      const input = {
        legId,
        generation,
        epoch,
        candidates: candidates.map(({ candidate, sdpMid, sdpMLineIndex }) => ({
          candidate: candidate ?? '',
          sdpMid,
          sdpMLineIndex,
        })),
      };
      payload(await client.mutation(LegTrickle, { input }).toPromise(), (data) => data.legTrickle);
    },
    signals: ({ legId, generation }, onSignal, onLost) => {
      let stopped = false;
      const { unsubscribe } = client.subscription(LegSignals, { legId, generation }).subscribe((result) => {
        if (stopped) return;
        const signal = result.data ? signalOf(result.data.legSignals) : null;
        if (signal) onSignal(signal);
        if (result.error || !result.hasNext) {
          stopped = true;
          onLost();
        }
      });
      return () => {
        stopped = true;
        unsubscribe();
      };
    },
    update: async (legId, change) => {
      const result = await client.mutation(LegUpdate, { input: { legId, ...change } }).toPromise();
      payload(result, (data) => data.legUpdate);
    },
    hangUp: async (legId) => {
      const ended = party.ends();
      if (ended) await endCall(client, ended.callId);
      else await leave(legId);
    },
    leave,
  };
}

/** Ends the call for all who are in it. */
export async function endCall(client: Client, callId: string): Promise<void> {
  await client.mutation(CallEnd, { input: { callId } }).toPromise();
}

function signalOf(signal: LegSignalsSubscription['legSignals']): Signal | null {
  switch (signal.__typename) {
    case 'SdpOffer':
      return { type: 'offer', sdp: signal.sdp, revision: signal.revision, epoch: signal.epoch };
    case 'IceCandidate':
      return {
        type: 'candidate',
        candidate: {
          candidate: signal.candidate,
          sdpMid: signal.sdpMid ?? null,
          sdpMLineIndex: signal.sdpMLineIndex ?? null,
        },
      };
    case 'MediaMoved':
      return { type: 'moved', epoch: signal.epoch, iceServers: signal.iceServers.map(iceServer) };
    case 'LegEnded':
      return { type: 'ended', reason: signal.reason };
    case 'LegTaken':
      return { type: 'taken', reason: signal.reason };
    default:
      // Answers come as the result of legNegotiate.
      return null;
  }
}

function iceServer(server: JoinFieldsFragment['iceServers'][number]): RTCIceServer {
  return {
    urls: server.urls,
    ...(server.username ? { username: server.username } : {}),
    ...(server.credential ? { credential: server.credential } : {}),
  };
}
