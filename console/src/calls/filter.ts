import type { CallState } from '../gql/graphql';

export const CALL_STATES: readonly CallState[] = ['CREATED', 'QUEUED', 'RINGING', 'CONNECTING', 'IN_PROGRESS', 'ENDED'];
