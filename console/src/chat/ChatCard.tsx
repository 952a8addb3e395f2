import { Title } from '@mantine/core';
import { useWorkspace } from '../app/workspace';
import page from '../ui/page.module.css';
import styles from './Chat.module.css';
import { ChatPanel } from './ChatPanel';
import { useChat, useChatState } from './useChat';

const nobodys = () => false;

/** What was written in a call, for whoever looks at it from outside. A call without a chat shows none. */
export function ChatCard({ callId }: { callId: string }) {
  const { socket } = useWorkspace();
  const chat = useChat(callId, socket, nobodys);
  const { messages } = useChatState(chat);
  if (messages.length === 0) return null;
  return (
    <section className={page.card} aria-labelledby="chat">
      <div className={page.cardHead}>
        <Title order={2} id="chat">
          Chat
        </Title>
      </div>
      <div className={styles.card}>
        <ChatPanel chat={chat} isMine={nobodys} writable={false} />
      </div>
    </section>
  );
}
