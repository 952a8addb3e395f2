import { IconMessage } from '@tabler/icons-react';
import { useWorkspace } from '../app/workspace';
import type { SupervisionLegFragment } from '../gql/graphql';
import styles from './Supervision.module.css';
import { companyWords } from './words';

/** An agent is told of a supervisor who can be heard. */
export function Company({ legs }: { legs: readonly SupervisionLegFragment[] }) {
  const { user } = useWorkspace();
  const words = companyWords(legs, user.id);
  return (
    <span role="status" dir="auto" className={words === null ? undefined : styles.company}>
      {words !== null && <IconMessage size={16} aria-hidden="true" />}
      {words}
    </span>
  );
}
