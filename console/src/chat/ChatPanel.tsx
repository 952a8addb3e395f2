import { Button, Loader } from '@mantine/core';
import { useEffect, useLayoutEffect, useRef } from 'react';
import { Bubble, PendingBubble } from './Bubble';
import type { Chat, Message } from './chat';
import styles from './Chat.module.css';
import { Composer } from './Composer';
import { useChatState } from './useChat';

interface Props {
  chat: Chat;
  isMine: (message: Message) => boolean;
  /** One can write only while one is in the call. */
  writable: boolean;
  /** What is to be known before one writes. */
  warning?: string | null;
}

/** So near to the end one reads what comes, and it is scrolled to. */
const NEAR = 80;
/** Messages of one party within this time stand together. */
const TOGETHER_MS = 120_000;

/** What is written beside a call, to all who are in it. */
export function ChatPanel({ chat, isMine, writable, warning = null }: Props) {
  const { phase, messages, pending, hasEarlier } = useChatState(chat);
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);

  useEffect(() => {
    const look = () => chat.look(document.visibilityState === 'visible');
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      chat.look(false);
    };
  }, [chat]);
  useLayoutEffect(() => {
    const box = log.current;
    if (box && atEnd.current) box.scrollTop = box.scrollHeight;
  }, [messages, pending]);

  const empty = messages.length === 0 && pending.length === 0;
  return (
    <div className={styles.chat}>
      <div
        ref={log}
        className={styles.log}
        role="log"
        aria-label="Chat"
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR;
        }}
      >
        {hasEarlier && (
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => void chat.earlier()}>
            Earlier messages
          </Button>
        )}
        {phase === 'loading' && <Loader size="sm" role="progressbar" aria-label="Loading the chat" m="auto" />}
        {phase === 'failed' && empty && <p className={styles.none}>The chat can’t be loaded right now. It is tried again.</p>}
        {phase === 'ready' && empty && (
          <p className={styles.none}>{writable ? 'Nothing written yet. Everybody in the call reads what you write here.' : 'Nothing was written.'}</p>
        )}
        <ol className={styles.list}>
          {messages.map((message, index) => (
            <Bubble key={message.id} message={message} mine={isMine(message)} goesOn={goesOn(messages[index - 1], message)} />
          ))}
          {pending.map((one) => (
            <PendingBubble key={one.key} pending={one} onRetry={() => chat.retry(one.key)} onDiscard={() => chat.discard(one.key)} />
          ))}
        </ol>
      </div>
      {warning !== null && (
        <p className={styles.warning} role="status">
          {warning}
        </p>
      )}
      {writable && <Composer chat={chat} />}
    </div>
  );
}

function goesOn(before: Message | undefined, message: Message): boolean {
  return before?.from.id === message.from.id && Date.parse(message.at) - Date.parse(before.at) < TOGETHER_MS;
}
