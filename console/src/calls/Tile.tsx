import { IconMicrophoneOff, IconPlayerPauseFilled, IconScreenShare } from '@tabler/icons-react';
import { Face } from '../ui/Person';
import type { Seen } from './party';
import { useHasPicture } from './remote';
import styles from './Stage.module.css';
import { Video } from './Video';

interface Props {
  party: Seen;
  /** What stands where the picture would be. */
  words: string;
  speaking: boolean;
  size: 'large' | 'small';
}

/** One party: the picture, or who it is and what is going on. */
export function Tile({ party, words, speaking, size }: Props) {
  const { name, muted, parked, screenOn, videoOn, slot } = party;
  const arrives = useHasPicture(slot?.stream ?? null);
  const picture = arrives && (videoOn || screenOn) && !parked;
  return (
    <li className={styles.tile} data-speaking={speaking} data-held={parked} data-screen={screenOn}>
      {/* It stays in place, so that a picture that comes back needs no new element. */}
      <div className={styles.picture} data-shown={picture}>
        <Video stream={slot?.stream ?? null} label={screenOn ? `Screen of ${name}` : `Picture of ${name}`} className={styles.video} />
      </div>
      {picture ? (
        <div className={styles.caption}>
          {muted && <IconMicrophoneOff size={16} role="img" aria-label="Muted" />}
          {screenOn && <IconScreenShare size={16} aria-hidden="true" />}
          <span dir="auto">{screenOn ? `${name}’s screen` : name}</span>
        </div>
      ) : (
        <div className={styles.blank} data-size={size}>
          <Face name={name} size={size === 'large' ? 96 : 56} />
          <strong dir="auto">{name}</strong>
          <span className={styles.words}>
            {parked ? <IconPlayerPauseFilled size={16} aria-hidden="true" /> : muted && <IconMicrophoneOff size={16} aria-hidden="true" />}
            {words}
          </span>
        </div>
      )}
    </li>
  );
}
