import { ActionIcon, FileButton, Textarea, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPaperclip, IconSend2 } from '@tabler/icons-react';
import { type ClipboardEvent, type KeyboardEvent, useRef, useState } from 'react';
import type { Chat } from './chat';
import styles from './Chat.module.css';
import { ACCEPTED, refusal } from './files';

/** Enter sends, Shift+Enter begins a line; a picture can be pasted. */
export function Composer({ chat }: { chat: Chat }) {
  const [text, setText] = useState('');
  const reset = useRef<() => void>(null);

  const send = () => {
    if (text.trim() === '') return;
    chat.send(text);
    setText('');
  };
  const attach = (file: File | null | undefined) => {
    reset.current?.();
    if (!file) return;
    const why = refusal(file);
    if (why === null) chat.send('', file);
    else notifications.show({ color: 'yellow', title: 'Not sent', message: why });
  };
  const press = (event: KeyboardEvent) => {
    // While an input method is composing, Enter chooses its word.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const paste = (event: ClipboardEvent) => {
    const [file] = event.clipboardData.files;
    if (!file) return;
    event.preventDefault();
    attach(file);
  };
  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <FileButton onChange={attach} accept={ACCEPTED.join(',')} resetRef={reset}>
        {(props) => (
          <Tooltip label="Send a picture, PDF or text file">
            <ActionIcon {...props} size={36} aria-label="Send a file">
              <IconPaperclip size={20} />
            </ActionIcon>
          </Tooltip>
        )}
      </FileButton>
      <Textarea
        className={styles.input ?? ''}
        aria-label="Message"
        placeholder="Write to everybody in the call"
        autosize
        minRows={1}
        maxRows={5}
        maxLength={4_000}
        dir="auto"
        data-chat
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={press}
        onPaste={paste}
      />
      <ActionIcon type="submit" size={36} variant="filled" color="indigo" aria-label="Send" disabled={text.trim() === ''}>
        <IconSend2 size={20} />
      </ActionIcon>
    </form>
  );
}
