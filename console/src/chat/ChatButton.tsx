import { ActionIcon, Indicator, Tooltip } from '@mantine/core';
import { IconMessage } from '@tabler/icons-react';
import controls from '../calls/Controls.module.css';
import type { Chat } from './chat';
import { useChatState } from './useChat';

interface Props {
  chat: Chat;
  pressed: boolean;
  onPress: () => void;
  large?: boolean;
}

/** Opens the chat, and says that something stands there which nobody has read. */
export function ChatButton({ chat, pressed, onPress, large = false }: Props) {
  const { unread } = useChatState(chat);
  const label = unread === 0 ? 'Chat' : `Chat, ${unread} unread`;
  return (
    <Indicator label={unread} size={18} disabled={unread === 0} offset={4} color="var(--go)" className={controls.unread ?? ''}>
      <Tooltip label={label}>
        <ActionIcon
          size={large ? 52 : 36}
          radius="xl"
          className={controls.toggle}
          aria-label={label}
          aria-pressed={pressed}
          onClick={onPress}
        >
          <IconMessage size={large ? 24 : 20} />
        </ActionIcon>
      </Tooltip>
    </Indicator>
  );
}
