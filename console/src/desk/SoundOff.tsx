import { Button } from '@mantine/core';
import { IconBell, IconBellOff } from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';
import { useWorkspace } from '../app/workspace';
import styles from './Desk.module.css';

/** A bell that nobody would hear is said for as long as that is so. Any press ends it; here is one that does no more. */
export function SoundOff() {
  const { ringer } = useWorkspace().offers;
  const locked = useSyncExternalStore(ringer.onChange, ringer.locked);
  if (!locked) return null;
  return (
    <section className={styles.sound} aria-label="Sound">
      <IconBellOff size={20} aria-hidden="true" />
      <div className={styles.words}>
        <strong>Sound is off until you press a key or click</strong>
        <span>The browser lets this page ring only after it was touched. Until then a call that comes is seen, not heard.</span>
      </div>
      <Button variant="default" leftSection={<IconBell size={16} aria-hidden="true" />} onClick={ringer.unlock}>
        Turn on sound
      </Button>
    </section>
  );
}
