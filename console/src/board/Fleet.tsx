import { Progress, Title } from '@mantine/core';
import { useQuery } from 'urql';
import { graphql } from '../gql';
import { usePolling } from '../ui/usePolling';
import styles from './Board.module.css';

const FleetDocument = graphql(`
  query Fleet {
    mediaWorkers {
      id
      name
      state
      capacity
      legs
      address
    }
  }
`);

const EVERY_MS = 5_000;
const STATES = { ACTIVE: 'takes calls', DRAINING: 'finishes its calls', GONE: 'gone' } as const;

/** Where the media run: without a worker nobody can talk. */
export function Fleet() {
  const [{ data }, reload] = useQuery({ query: FleetDocument, requestPolicy: 'cache-and-network' });
  usePolling(reload, EVERY_MS);
  if (!data) return null;
  return (
    <section aria-labelledby="fleet">
      <Title order={2} id="fleet" className={styles.groupTitle}>
        Media workers <span className={styles.quiet}>{data.mediaWorkers.length}</span>
      </Title>
      <div className={styles.cells}>
        {data.mediaWorkers.length === 0 && <p className={styles.alarm}>No media worker runs: no call can connect.</p>}
        {data.mediaWorkers.map((worker) => (
          <div key={worker.id} className={styles.worker} data-state={worker.state} title={worker.address}>
            <span className={styles.workerName}>
              <strong>{worker.name}</strong>
              <span className={styles.quiet}>
                {STATES[worker.state]}, {worker.legs} of {worker.capacity} legs
              </span>
            </span>
            <Progress value={(100 * worker.legs) / Math.max(1, worker.capacity)} size="sm" aria-label={`${worker.name}: load`} />
          </div>
        ))}
      </div>
    </section>
  );
}
