import { UnstyledButton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { CallBack } from '../calls/CallButtons';
import { otherSide } from '../calls/words';
import { graphql } from '../gql';
import type { VoicemailRowFragment } from '../gql/graphql';
import { Face } from '../ui/Person';
import { When } from '../ui/Time';
import { Message } from './Message';
import styles from './Voicemail.module.css';
import { heardWords, leftWords } from './words';

graphql(`
  fragment VoicemailRow on Voicemail {
    id
    durationSeconds
    leftAt
    heardAt
    heardBy {
      id
      name
    }
    queue {
      id
      name
    }
    agent {
      id
      user {
        id
        name
      }
    }
    recording {
      id
      state
      failure
      renditions {
        name
        height
      }
    }
    call {
      id
      version
      direction
      contact {
        id
        name
        archivedAt
      }
      legs {
        id
        role
        name
      }
    }
  }
`);

interface Props {
  voicemail: VoicemailRowFragment;
  open: boolean;
  onOpen: (open: boolean) => void;
}

/** One message: who left it, for whom and when; opened it plays. */
export function VoicemailItem({ voicemail, open, onOpen }: Props) {
  const { call, heardAt } = voicemail;
  const name = otherSide(call);
  return (
    <li className={styles.item} data-unheard={heardAt == null}>
      <div className={styles.head}>
        <UnstyledButton className={styles.opener} aria-expanded={open} onClick={() => onOpen(!open)}>
          <span className={styles.dot} aria-hidden="true" />
          <Face name={name} size={32} />
          <span className={styles.words}>
            <strong title={name}>
              <bdi>{name}</bdi>
            </strong>
            <span className={styles.quiet}>
              {leftWords(voicemail)} · {heardWords(voicemail)}
            </span>
          </span>
          <span className={styles.aside}>
            <When at={voicemail.leftAt} />
          </span>
        </UnstyledButton>
      </div>
      {open && (
        <div className={styles.body}>
          <Message voicemail={voicemail} />
          <div className={styles.acts}>
            {call.contact && !call.contact.archivedAt && <CallBack contactId={call.contact.id} name={name} />}
            {call.contact && (
              <Link to="/contacts/$contactId" params={{ contactId: call.contact.id }}>
                Contact
              </Link>
            )}
            <Link to="/calls/$callId" params={{ callId: call.id }}>
              All about this call
            </Link>
          </div>
        </div>
      )}
    </li>
  );
}
