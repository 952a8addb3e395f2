import { Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useLiveCall, useLocalMedia } from '../call/hooks';
import { ChatPanel } from '../chat/ChatPanel';
import { useChatState } from '../chat/useChat';
import { CallBand } from './CallBand';
import type { DockProps } from './CallDock';
import { CallAside } from './CallAside';
import styles from './FullCall.module.css';
import { LinkField } from './LinkField';
import { connectionWords, faultWords, progressWords } from './live-words';
import { isOutsider } from './party';
import { liveRecording } from './recorder';
import { Stage } from './Stage';
import { PartyList } from '../parties/PartyList';
import { chatWarning } from '../transfers/words';
import { useParties } from './useParties';

/** The call opened from its bar: the other side large, oneself small, the contact beside it. */
export function FullCall(dock: DockProps) {
  const { current, call, name, hold, transferring, chat, isMine, tab, onTab, onOpen } = dock;
  const { unread } = useChatState(chat);
  const { live, media, ticket } = current;
  const state = useLiveCall(live);
  const local = useLocalMedia(media);
  const parties = useParties(call?.legs ?? [], state);
  const other = call?.legs.find(isOutsider);
  const waiting = other?.state === 'INVITED';

  return (
    <section className={styles.full} aria-label="Full call">
      <Stage
        parties={parties}
        blank={{ name, words: progressWords(state, call) }}
        words={connectionWords(state)}
        video={call?.media === 'VIDEO'}
        local={local}
        peer={state.peer}
      >
        <CallBand {...dock} />
      </Stage>
      <aside className={styles.side}>
        <Title order={2} dir="auto" className={styles.name}>
          {call?.contact ? (
            <Link to="/contacts/$contactId" params={{ contactId: call.contact.id }} onClick={() => onOpen(false)}>
              {name}
            </Link>
          ) : (
            name
          )}
        </Title>
        <CallAside
          callId={ticket.callId}
          chat={<ChatPanel chat={chat} isMine={isMine} writable warning={chatWarning(transferring.current, call?.legs ?? [])} />}
          unread={unread}
          tab={tab}
          onTab={onTab}
        >
          {ticket.joinUrl !== null && (waiting || other?.state === 'RECONNECTING') && (
            <div className={styles.block}>
              <strong>{waiting ? 'Send this link' : 'The link still works'}</strong>
              <p>Whoever opens it first joins this call; it works for this call only.</p>
              <LinkField url={ticket.joinUrl} />
            </div>
          )}
          {call && <PartyList call={call} myLegId={state.legId} hold={hold} />}
          {local.fault && (
            <div className={styles.block} data-tone="fault" role="alert">
              {faultWords(local.fault)}
            </div>
          )}
          <div className={styles.block}>
            <strong>Recording</strong>
            <p>{recordingWords(call, other)}</p>
          </div>
          <Link to="/calls/$callId" params={{ callId: ticket.callId }} onClick={() => onOpen(false)}>
            All about this call
          </Link>
        </CallAside>
      </aside>
    </section>
  );
}

function recordingWords(
  call: DockProps['call'],
  other: { consent?: { given: boolean } | null } | undefined,
): string {
  const current = liveRecording(call);
  if (current?.state === 'RECORDING') return 'This call is being recorded.';
  if (current?.state === 'PAUSED') return 'Paused: nothing is written.';
  if (call?.direction === 'INTERNAL') return 'A call between colleagues is recorded only if somebody starts it.';
  if (other?.consent?.given === false) return 'The contact refused. This call is not recorded.';
  if (call?.recordings.length) return 'Stopped. It can begin anew below.';
  if (other?.consent?.given) return 'The contact agreed. It begins when both are connected.';
  return 'Begins once the contact has agreed.';
}
