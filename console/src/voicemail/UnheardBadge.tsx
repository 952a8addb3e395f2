import { Badge } from '@mantine/core';
import { useEffect } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../gql';
import styles from '../app/Console.module.css';
import { usePolling } from '../ui/usePolling';
import { voicemailNews } from './news';
import { badgeWords } from './words';

const UnheardVoicemails = graphql(`
  query UnheardVoicemails {
    voicemails(first: 1, filter: { unheard: true }) {
      totalCount
    }
  }
`);

/** Others hear messages too, and nobody is told of that. */
const EVERY_MS = 60_000;

/** How many messages nobody has heard yet. */
export function UnheardBadge() {
  const [{ data }, reload] = useQuery({ query: UnheardVoicemails, requestPolicy: 'cache-and-network' });
  usePolling(reload, EVERY_MS);
  useEffect(() => voicemailNews(() => reload({ requestPolicy: 'network-only' })), [reload]);
  const words = badgeWords(data?.voicemails.totalCount ?? 0);
  if (words === null) return null;
  return (
    <Badge size="sm" circle={words.length < 2} className={styles.badge ?? ''} variant="filled" aria-label={`${words} not heard`}>
      {words}
    </Badge>
  );
}
