import { IconCheckbox, IconMicrophone, IconNote, IconRecordMail, IconVideo } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { StateBadge } from '../calls/StateBadge';
import { graphql } from '../gql';
import type { ActivityFieldsFragment } from '../gql/graphql';
import { clock } from '../ui/format';
import { When } from '../ui/Time';
import styles from './Timeline.module.css';

graphql(`
  fragment ActivityFields on Activity {
    kind
    at
    node {
      __typename
      id
      ... on Call {
        ...CallRow
        outcome {
          id
          name
        }
      }
      ... on Note {
        ...NoteFields
      }
      ... on Voicemail {
        heardAt
      }
      ... on Task {
        title
        taskState: state
        assignee {
          id
          name
        }
      }
    }
  }
`);

/** Everything that happened with a contact, the newest first. */
export function Timeline({ activities }: { activities: ActivityFieldsFragment[] }) {
  return (
    <ol className={styles.line}>
      {activities.map(({ kind, at, node }) => (
        <li key={`${kind} ${node.id}`}>
          <Entry node={node} at={at} />
        </li>
      ))}
    </ol>
  );
}

function Entry({ node, at }: { node: ActivityFieldsFragment['node']; at: string }) {
  switch (node.__typename) {
    case 'Call': {
      const agent = node.legs.find(({ role }) => role === 'AGENT')?.name;
      return (
        <>
          {node.media === 'VIDEO' ? (
            <IconVideo size={16} role="img" aria-label="Video call" />
          ) : (
            <IconMicrophone size={16} role="img" aria-label="Audio call" />
          )}
          <div className={styles.what}>
            <Link to="/calls/$callId" params={{ callId: node.id }}>
              {node.queue ? `Call to ${node.queue.name}` : 'Call'}
            </Link>
            <span className={styles.more} dir="auto">
              {[agent, node.talkSeconds ? clock(node.talkSeconds) : null, node.outcome?.name].filter(Boolean).join(' · ')}
            </span>
          </div>
          <StateBadge call={node} />
          <When at={at} />
        </>
      );
    }
    case 'Note':
      return (
        <>
          <IconNote size={16} role="img" aria-label="Note" />
          <div className={styles.what}>
            <p className={styles.body} dir="auto">
              {node.body}
            </p>
            <span className={styles.more}>{node.author.name}</span>
          </div>
          <When at={at} />
        </>
      );
    case 'Task':
      return (
        <>
          <IconCheckbox size={16} role="img" aria-label="Task" />
          <div className={styles.what}>
            <span dir="auto">{node.title}</span>
            <span className={styles.more}>
              {node.taskState === 'OPEN' ? 'Task, open' : node.taskState === 'DONE' ? 'Task, done' : 'Task, cancelled'}
              {node.assignee && ` · ${node.assignee.name}`}
            </span>
          </div>
          <When at={at} />
        </>
      );
    case 'Voicemail':
      return (
        <>
          <IconRecordMail size={16} role="img" aria-label="Voicemail" />
          <div className={styles.what}>
            <Link to="/voicemail" search={{ open: node.id }}>
              Message
            </Link>
            <span className={styles.more}>{node.heardAt ? 'Heard' : 'Not heard yet'}</span>
          </div>
          <When at={at} />
        </>
      );
    default:
      return null;
  }
}
