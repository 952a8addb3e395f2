import type { AuditAction } from '../gql/graphql';
import { ACTIONS } from './audit-words';

/** The filters of the audit log, as they stand in the address. */
export interface AuditSearch {
  action?: AuditAction;
  actor?: string;
  call?: string;
}

export function auditSearch(search: Record<string, unknown>): AuditSearch {
  const { action, actor, call } = search;
  return {
    ...(typeof action === 'string' && action in ACTIONS ? { action: action as AuditAction } : {}),
    ...(typeof actor === 'string' && actor !== '' ? { actor } : {}),
    ...(typeof call === 'string' && call !== '' ? { call } : {}),
  };
}
