import { useHotkeys } from '@mantine/hooks';
import { IconPlayerPauseFilled, IconPointFilled } from '@tabler/icons-react';
import { useState } from 'react';
import { Band } from '../calls/Band';
import { Controls, toggleScreen } from '../calls/Controls';
import { faultWords } from '../calls/live-words';
import { Stage } from '../calls/Stage';
import { useParties } from '../calls/useParties';
import type { Chat, Message } from '../chat/chat';
import { ChatButton } from '../chat/ChatButton';
import { ChatSheet } from '../chat/ChatSheet';
import { Since } from '../ui/Time';
import type { OwnCall } from './guest-call';
import styles from './join.module.css';
import type { Ready } from './take-up';

export interface TalkProps {
  ready: Ready;
  own: OwnCall;
  /** Null before the call was read. */
  chat: Chat | null;
  isMine: (message: Message) => boolean;
  speaker: string | null;
  onSpeaker: (deviceId: string) => void;
}

/** The call as a contact sees it: the agent, oneself, and what to press. */
export function Talk({ ready: { live, media }, own, chat, isMine, speaker, onSpeaker }: TalkProps) {
  const [chatOpen, setChatOpen] = useState(false);
  const { call, agent, local } = own;
  const { phase, peer, legId } = own.live;
  const held = call?.legs.find(({ id }) => id === legId)?.parked ?? false;
  const parties = useParties(call?.legs ?? [], own.live);
  const trouble = troubleWords(phase);
  useHotkeys([
    ['m', () => media.toggleMicrophone()],
    ['v', () => void media.setCamera(!media.state().cameraOn)],
    ['s', () => toggleScreen(media)],
  ]);
  return (
    <main className={styles.call}>
      <h1 className={styles.hidden}>Call with {agent?.name ?? 'us'}</h1>
      <header className={styles.callHead}>
        <span dir="auto">{agent?.name}</span>
        {call?.recordingState === 'RECORDING' && (
          <span className={styles.recording}>
            <IconPointFilled size={16} aria-hidden="true" />
            Recording
          </span>
        )}
        {call?.answeredAt && <Since at={call.answeredAt} />}
      </header>
      <Stage
        // Whoever is on hold sees nobody: the last picture would only look frozen.
        parties={held ? [] : parties}
        blank={{ name: agent?.name ?? '', words: trouble ?? (held ? 'You are on hold' : 'Please wait, we are connecting you.') }}
        words={trouble}
        video={call?.media === 'VIDEO'}
        local={local}
        peer={peer}
      >
        {held && (
          <Band icon={<IconPlayerPauseFilled size={20} />}>
            You are on hold and hear music. Nobody hears or sees you. Somebody will be back with you.
          </Band>
        )}
      </Stage>
      {(phase === 'reconnecting' || local.fault) && (
        <p className={styles.band} role="status">
          {phase === 'reconnecting' || !local.fault ? 'Connection lost. Reconnecting…' : faultWords(local.fault)}
        </p>
      )}
      <footer className={styles.callFoot}>
        <Controls media={media} onHangUp={() => void live.hangUp()} speaker={speaker} onSpeaker={onSpeaker} large>
          {chat && <ChatButton chat={chat} pressed={chatOpen} onPress={() => setChatOpen(!chatOpen)} large />}
        </Controls>
      </footer>
      {chat && <ChatSheet chat={chat} isMine={isMine} opened={chatOpen} onClose={() => setChatOpen(false)} />}
    </main>
  );
}

function troubleWords(phase: OwnCall['live']['phase']): string | undefined {
  if (phase === 'joining' || phase === 'connecting') return 'Connecting…';
  return phase === 'reconnecting' ? 'Connection lost. Reconnecting…' : undefined;
}
