import { useSubscription } from 'urql';
import { graphql } from '../gql';
import type { CallEventKind } from '../gql/graphql';

graphql(`
  fragment QueueStatsFields on QueueStats {
    queue {
      id
    }
    waiting
    longestWaitSeconds
    available
    ringing
    onCall
    wrapUp
    away
    offline
    callbacks
    offered
    answered
    abandoned
    overflowed
    serviceLevel {
      value
      numerator
      denominator
      definition
    }
    abandonmentRate {
      value
      numerator
      denominator
      definition
    }
    averageSpeedOfAnswerSeconds
    estimatedWaitSeconds
    at
  }
`);

graphql(`
  fragment AgentCell on Agent {
    ...AgentStanding
    user {
      id
      name
    }
    currentCall {
      id
      version
      media
      state
      legs {
        ...SupervisionLeg
      }
      contact {
        id
        name
      }
      queue {
        id
        name
      }
    }
  }
`);

const QueueStatsArrived = graphql(`
  subscription QueueStatsArrived($queueIds: [ID!]!) {
    queueStats(queueIds: $queueIds) {
      ...QueueStatsFields
    }
  }
`);

const AgentActivityArrived = graphql(`
  subscription AgentActivityArrived($after: String) {
    agentActivity(after: $after) {
      cursor
      at
      agent {
        ...AgentCell
      }
    }
  }
`);

const RunningCallArrived = graphql(`
  subscription RunningCallArrived {
    callEvents {
      cursor
      version
      kind
      call {
        ...RunningCall
      }
    }
  }
`);

const QueueCallArrived = graphql(`
  subscription QueueCallArrived($queueId: ID!) {
    callEvents(queueId: $queueId) {
      cursor
      version
      kind
      call {
        id
        version
      }
    }
  }
`);

/** What happens in the calls of one queue, and of those that were lately in it. */
export function useQueueNews(queueId: string | null, onKind: (kind: CallEventKind) => void): void {
  useSubscription({ query: QueueCallArrived, variables: { queueId: queueId ?? '' }, pause: queueId === null }, (_before, news) => {
    onKind(news.callEvents.kind);
    return news;
  });
}

/** Whatever happens in any call, with no more of it than the board shows. */
export function useRunningNews(onKind: (kind: CallEventKind) => void): void {
  useSubscription({ query: RunningCallArrived }, (_before, news) => {
    onKind(news.callEvents.kind);
    return news;
  });
}

/** Keeps the numbers of these queues as new as the platform: a page of them, for it takes no more at once. */
export function useStatsNews(queueIds: string[]): void {
  useSubscription({ query: QueueStatsArrived, variables: { queueIds }, pause: queueIds.length === 0 }, (_before, news) => news);
}

/** Keeps the activity of all agents as new as the platform. */
export function useAgentNews(onAgent: (agentId: string) => void): void {
  useSubscription({ query: AgentActivityArrived }, (_before, news) => {
    onAgent(news.agentActivity.agent.id);
    return news;
  });
}
