import { Drawer } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { Chat, Message } from './chat';
import styles from './ChatSheet.module.css';
import { ChatPanel } from './ChatPanel';

interface Props {
  chat: Chat;
  isMine: (message: Message) => boolean;
  opened: boolean;
  onClose: () => void;
}

/** The chat over a contact's call: from below on a phone, so that the picture stays in sight above it. */
export function ChatSheet({ chat, isMine, opened, onClose }: Props) {
  const narrow = useMediaQuery('(max-width: 720px)', true, { getInitialValueInEffect: false });
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      title="Chat"
      position={narrow ? 'bottom' : 'right'}
      size={narrow ? '65dvh' : 380}
      withOverlay={narrow}
      lockScroll={false}
      closeButtonProps={{ 'aria-label': 'Close the chat' }}
      classNames={{ content: styles.content ?? '', body: styles.body ?? '' }}
    >
      <ChatPanel chat={chat} isMine={isMine} writable />
    </Drawer>
  );
}
