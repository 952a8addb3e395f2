import { Button, Loader, Progress } from '@mantine/core';
import { IconFile } from '@tabler/icons-react';
import { bytes, fullDate, time } from '../ui/format';
import type { Message, Pending } from './chat';
import styles from './Chat.module.css';
import { isPicture } from './files';
import { parts } from './links';

interface Props {
  message: Message;
  mine: boolean;
  /** The same party wrote just before. */
  goesOn: boolean;
}

export function Bubble({ message: { from, body, at, file }, mine, goesOn }: Props) {
  return (
    <li className={styles.message} data-mine={mine}>
      {!goesOn && (
        <span className={styles.head}>
          <strong dir="auto">{mine ? 'You' : from.name}</strong>
          <time dateTime={at} title={fullDate(new Date(at))}>
            {time(new Date(at))}
          </time>
        </span>
      )}
      <div className={styles.bubble}>
        {file?.url && <Sent file={file} url={file.url} />}
        {body !== '' && <Text body={body} />}
      </div>
    </li>
  );
}

/** Nothing in a message means anything but the addresses of the web. */
function Text({ body }: { body: string }) {
  return (
    <p className={styles.text} dir="auto">
      {parts(body).map(({ text, href }, index) =>
        href === null ? (
          text
        ) : (
          <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow">
            {text}
          </a>
        ),
      )}
    </p>
  );
}

function Sent({ file, url }: { file: NonNullable<Message['file']>; url: string }) {
  if (isPicture(file.contentType)) {
    return (
      <a href={url} target="_blank" rel="noopener" className={styles.pictureLink} title={`${file.name}, ${bytes(file.bytes)}`}>
        <img src={url} alt={file.name} loading="lazy" className={styles.picture} />
      </a>
    );
  }
  return (
    <a href={url} target="_blank" rel="noopener" download={file.name} className={styles.file}>
      <IconFile size={20} aria-hidden="true" />
      <span dir="auto">{file.name}</span>
      <span className={styles.size}>{bytes(file.bytes)}</span>
    </a>
  );
}

interface Unsent {
  pending: Pending;
  onRetry: () => void;
  onDiscard: () => void;
}

/** Not with the others yet, and perhaps never: it says so, and offers both ways on. */
export function PendingBubble({ pending: { body, file, state, progress, fault }, onRetry, onDiscard }: Unsent) {
  const failed = state === 'failed';
  return (
    <li className={styles.message} data-mine="true">
      <div className={styles.bubble} data-failed={failed}>
        {file && (
          <span className={styles.file}>
            <IconFile size={20} aria-hidden="true" />
            <span dir="auto">{file.name}</span>
            <span className={styles.size}>{bytes(file.size)}</span>
          </span>
        )}
        {file && !failed && <Progress value={progress * 100} size="sm" aria-label={`Upload of ${file.name}`} />}
        {body !== '' && (
          <p className={styles.text} dir="auto">
            {body}
          </p>
        )}
      </div>
      {failed ? (
        <div className={styles.failed} role="alert">
          <span>Not sent. {fault}</span>
          <Button size="compact-xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
          <Button size="compact-xs" variant="subtle" color="gray" onClick={onDiscard}>
            Discard
          </Button>
        </div>
      ) : (
        <span className={styles.sending}>
          <Loader size={10} color="gray" aria-hidden="true" /> Sending…
        </span>
      )}
    </li>
  );
}
