import { Tooltip, UnstyledButton } from '@mantine/core';
import { graphql } from '../gql';
import type { QueueTileFieldsFragment } from '../gql/graphql';
import { about, clock } from '../ui/format';
import { useNow } from '../ui/Time';
import styles from './Board.module.css';
import { waitWords } from './words';

graphql(`
  fragment QueueTileFields on Queue {
    id
    name
    open
    maxWaitSeconds
    serviceLevel {
      percent
      seconds
    }
    stats {
      ...QueueStatsFields
    }
  }
`);

/** One queue at a glance, from across the room. */
export function QueueTile({ queue, onOpen }: { queue: QueueTileFieldsFragment; onOpen: () => void }) {
  const { stats } = queue;
  const now = useNow(1_000);
  const grown = stats.waiting > 0 ? Math.max(0, (now.getTime() - Date.parse(stats.at)) / 1000) : 0;
  const longest = stats.waiting > 0 ? stats.longestWaitSeconds + grown : 0;
  const level = stats.serviceLevel?.value ?? null;
  const late = stats.waiting > 0 && longest > queue.serviceLevel.seconds;
  const below = level !== null && level * 100 < queue.serviceLevel.percent;
  return (
    <UnstyledButton className={styles.tile} data-late={late} onClick={onOpen} aria-label={`${queue.name}: who waits`}>
      <span className={styles.tileHead}>
        <strong dir="auto" title={queue.name}>
          {queue.name}
        </strong>
        {!queue.open && <span className={styles.closed}>Closed</span>}
        {late && <span className={styles.alarm}>Over target</span>}
      </span>
      <span className={styles.large}>
        <Figure value={stats.waiting} name={waitWords(stats)} tone={stats.waiting > 0 ? 'wait' : undefined} />
        <Figure value={stats.waiting > 0 ? waited(longest) : '–'} name="longest wait" tone={late ? 'fault' : undefined} />
        <Tooltip label={stats.serviceLevel?.definition ?? 'No call counts yet today'} multiline maw={320}>
          <span className={styles.figure} data-tone={below ? 'fault' : undefined}>
            <b>{level === null ? '–' : `${Math.round(level * 100)} %`}</b>
            <span>
              {below ? 'below ' : 'of '}
              {queue.serviceLevel.percent} % in {queue.serviceLevel.seconds} s
            </span>
          </span>
        </Tooltip>
      </span>
      <span className={styles.small}>
        <Figure value={stats.available} name="available" tone={stats.available > 0 ? 'live' : undefined} />
        <Figure value={stats.ringing} name="ringing" />
        <Figure value={stats.onCall} name="on call" />
        <Figure value={stats.wrapUp} name="wrap-up" />
        <Figure value={stats.away} name="away" />
      </span>
      <span className={styles.small}>
        <Figure value={stats.offered} name="offered" />
        <Figure value={stats.answered} name="answered" />
        <Figure value={stats.abandoned} name="abandoned" />
        <Figure value={duration(stats.averageSpeedOfAnswerSeconds)} name="to answer" />
        <Figure value={duration(stats.estimatedWaitSeconds)} name="estimate" />
      </span>
    </UnstyledButton>
  );
}

/** Ticks as long as it fits. */
function waited(seconds: number): string {
  return seconds < 3_600 ? clock(seconds) : about(seconds);
}

function duration(seconds: number | null | undefined): string {
  return seconds == null ? '–' : about(seconds);
}

function Figure({ value, name, tone }: { value: number | string; name: string; tone?: 'live' | 'wait' | 'fault' | undefined }) {
  return (
    <span className={styles.figure} data-tone={tone}>
      <b>{value}</b>
      <span>{name}</span>
    </span>
  );
}
