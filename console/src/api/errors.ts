import type { CombinedError } from '@urql/core';
import type { UserErrorCode } from '../gql/graphql';

interface Refusal {
  code: UserErrorCode;
  message: string;
  /** `input`, then the field in it. */
  path?: readonly string[] | null;
}

/** A rule of the business said no: the first of a mutation's `userErrors`. */
export class Refused extends Error {
  readonly code: UserErrorCode;
  /** The field of the input that it is about, where it is about one. */
  readonly field: string | null;

  constructor(error: Refusal) {
    super(error.message);
    this.name = 'Refused';
    this.code = error.code;
    this.field = error.path?.[1] ?? null;
  }
}

/** The top-level code of a failed operation, or null where the network failed. */
export function faultCode(error: CombinedError): string | null {
  const code = error.graphQLErrors[0]?.extensions['code'];
  return typeof code === 'string' ? code : null;
}

/** What to tell a person about an error: what happened and what to do next. */
export function explain(error: unknown): string {
  if (error instanceof Refused) return error.message;
  if (!isCombined(error)) return error instanceof Error ? error.message : 'Something went wrong.';
  if (error.networkError) return 'The server can’t be reached. Check the connection and try again.';
  switch (faultCode(error)) {
    case 'UNAUTHENTICATED':
      return 'Your session has ended. Sign in again.';
    case 'FORBIDDEN':
      return 'Your role may not do this.';
    case 'RATE_LIMITED':
      return 'Too many attempts. Wait a moment and try again.';
    case 'UNAVAILABLE':
      return 'The service is not available right now. Try again in a moment.';
    case 'BAD_USER_INPUT':
      return error.graphQLErrors[0]?.message ?? 'The server refused this input.';
    default: {
      const trace = error.graphQLErrors[0]?.extensions['traceId'];
      return typeof trace === 'string'
        ? `Something went wrong on the server (trace ${trace}).`
        : 'Something went wrong on the server.';
    }
  }
}

function isCombined(error: unknown): error is CombinedError {
  return error instanceof Error && 'graphQLErrors' in error;
}

interface WithUserErrors {
  userErrors: readonly Refusal[];
}

/** Unwraps a mutation's answer: a fault or the first user error is thrown, the payload returned. */
export function payload<Data, Payload extends WithUserErrors>(
  result: { data?: Data; error?: CombinedError },
  pick: (data: Data) => Payload,
): Payload {
  if (result.error) throw result.error;
  if (result.data === undefined || result.data === null) throw new Error('The server sent no answer.');
  const answer = pick(result.data);
  const refusal = answer.userErrors[0];
  if (refusal) throw new Refused(refusal);
  return answer;
}
