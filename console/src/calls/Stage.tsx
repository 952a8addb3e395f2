import { IconMicrophoneOff } from '@tabler/icons-react';
import { Face } from '../ui/Person';
import { useHasPicture } from './remote';
import styles from './Stage.module.css';
import { Video } from './Video';

interface Props {
  remote: MediaStream;
  self: MediaStream | null;
  name: string;
  /** What is going on; stands where the picture would be. */
  words: string;
  /** The other side says that its camera is on. */
  pictureWanted: boolean;
  muted: boolean;
}

export function Stage({ remote, self, name, words, pictureWanted, muted }: Props) {
  const picture = useHasPicture(remote) && pictureWanted;
  return (
    <div className={styles.stage}>
      <div className={styles.remote} data-shown={picture}>
        <Video stream={remote} label={`Picture of ${name}`} className={styles.video} />
      </div>
      {!picture && (
        <div className={styles.blank}>
          <Face name={name} size={96} />
          <strong dir="auto">{name}</strong>
          <span>{words}</span>
        </div>
      )}
      {picture && (
        <div className={styles.caption}>
          {muted && <IconMicrophoneOff size={16} role="img" aria-label="Muted" />}
          <span dir="auto">{name}</span>
        </div>
      )}
      {self && (
        <div className={styles.self}>
          <Video stream={self} mirrored label="Your own picture" className={styles.video} />
        </div>
      )}
    </div>
  );
}
