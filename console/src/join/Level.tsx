import { Text } from '@mantine/core';
import { IconMicrophone } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { watchLevel } from '../call/level';
import styles from './join.module.css';

/** How loud the microphone is, as a bar that moves with the voice. */
export function Level({ track, words }: { track: MediaStreamTrack | null; words: string }) {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    setLevel(0);
    return track ? watchLevel(track, setLevel) : undefined;
  }, [track]);
  return (
    <div className={styles.level}>
      <IconMicrophone size={20} aria-hidden="true" />
      <div
        className={styles.scale}
        role="meter"
        aria-label="Loudness of your microphone"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(level * 100)}
      >
        <span style={{ transform: `scaleX(${level})` }} />
      </div>
      <Text size="xs" c="dimmed">
        {track ? words : 'Not heard'}
      </Text>
    </div>
  );
}
