import { Progress, Table } from '@mantine/core';
import { IconMicrophone, IconPlayerPlay, IconVideo } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useWorkspace } from '../app/workspace';
import { graphql } from '../gql';
import type { CallRowFragment } from '../gql/graphql';
import { clock } from '../ui/format';
import { Since, When } from '../ui/Time';
import styles from './CallTable.module.css';
import { StateBadge } from './StateBadge';
import { isBeingPrepared, otherSide, recordingWords } from './words';

graphql(`
  fragment CallRow on Call {
    id
    version
    direction
    media
    state
    result
    createdAt
    answeredAt
    endedAt
    talkSeconds
    contact {
      id
      name
    }
    queue {
      id
      name
    }
    legs {
      id
      role
      name
      user {
        id
      }
    }
    recordings {
      id
      state
      progress
    }
  }
`);

/** Calls, newest first. On a contact's own page the contact needs no column. */
export function CallTable({ calls, withContact }: { calls: CallRowFragment[]; withContact: boolean }) {
  const { user } = useWorkspace();
  return (
    <Table className={styles.table} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{withContact ? 'Contact' : 'When'}</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th className={styles.short}>Talk</Table.Th>
          <Table.Th className={styles.widest}>Queue</Table.Th>
          <Table.Th className={styles.wide}>Agent</Table.Th>
          <Table.Th className={styles.wide}>Recording</Table.Th>
          {withContact && <Table.Th className={styles.wide}>When</Table.Th>}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {calls.map((call) => (
          <Table.Tr key={call.id} className={styles.row}>
            <Table.Td>
              <Link to="/calls/$callId" params={{ callId: call.id }} className={styles.link}>
                {call.media === 'VIDEO' ? (
                  <IconVideo size={16} role="img" aria-label="Video call" />
                ) : (
                  <IconMicrophone size={16} role="img" aria-label="Audio call" />
                )}
                {withContact ? <span dir="auto">{otherSide(call, user.id)}</span> : <When at={call.createdAt} />}
              </Link>
            </Table.Td>
            <Table.Td>
              <StateBadge call={call} />
            </Table.Td>
            <Table.Td className={`${styles.short} figures`}>
              <Talk call={call} />
            </Table.Td>
            <Table.Td className={`${styles.widest} ${styles.cut}`} title={call.queue?.name}>
              <bdi>{call.queue?.name ?? '–'}</bdi>
            </Table.Td>
            <Table.Td className={`${styles.wide} ${styles.cut}`}>
              <bdi>{call.legs.find((leg) => leg.role === 'AGENT')?.name}</bdi>
            </Table.Td>
            <Table.Td className={styles.wide}>
              <RecordingCell recordings={call.recordings} />
            </Table.Td>
            {withContact && (
              <Table.Td className={styles.wide} c="dimmed">
                <When at={call.createdAt} />
              </Table.Td>
            )}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Talk({ call }: { call: CallRowFragment }) {
  if (call.state === 'IN_PROGRESS' && call.answeredAt) return <Since at={call.answeredAt} />;
  return <>{call.talkSeconds ? clock(call.talkSeconds) : '–'}</>;
}

function RecordingCell({ recordings }: { recordings: CallRowFragment['recordings'] }) {
  const recording = recordings.find((one) => one.state !== 'DELETED');
  if (!recording) return <>–</>;
  if (isBeingPrepared(recording.state)) {
    return (
      <span className={styles.preparing}>
        Being prepared
        <Progress value={(recording.progress ?? 0) * 100} aria-label="Preparation" w={72} size="sm" />
      </span>
    );
  }
  return (
    <span className={styles.preparing} data-state={recording.state}>
      {recording.state === 'READY' && <IconPlayerPlay size={16} aria-hidden="true" />}
      {recording.state === 'READY' ? 'Ready' : recordingWords(recording.state)}
    </span>
  );
}
