import { useEffect, useState, useSyncExternalStore } from 'react';
import { useClient } from 'urql';
import type { Socket } from '../api/socket';
import { Chat, type ChatState, type Message } from './chat';
import { chatWorld } from './world';

/** The chat of a call, kept as long as something in the page stands for that call. */
export function useChat(callId: string, socket: Socket, isMine: (message: Message) => boolean): Chat {
  const client = useClient();
  const [chat] = useState(() => new Chat(chatWorld(client, callId, isMine)));
  useEffect(() => {
    chat.open();
    const wake = () => chat.wake();
    const leave = socket.onChange(() => socket.connected() && wake());
    addEventListener('online', wake);
    return () => {
      leave();
      removeEventListener('online', wake);
      chat.close();
    };
  }, [chat, socket]);
  return chat;
}

export function useChatState(chat: Chat): ChatState {
  return useSyncExternalStore(chat.onChange, chat.state);
}
