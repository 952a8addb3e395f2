import { Menu, UnstyledButton } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { Since } from '../ui/Time';
import { Dot } from './Dot';
import { useMyself, useStatusSet } from './myself';
import { StatusItems } from './StatusItems';
import styles from './StatusMenu.module.css';
import { activityOf, nextWords } from './words';

/** One's own status in the top bar: what is true now, for how long, and what comes next. */
export function StatusMenu() {
  const myself = useMyself();
  const set = useStatusSet();
  useHotkeys([['a', () => void set('AVAILABLE')]]);
  if (!myself) return null;
  const { words, tone } = activityOf(myself);
  const next = nextWords(myself);
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton className={styles.button} aria-label={`Your status: ${[words, next].filter(Boolean).join(', ')}`}>
          <Dot tone={tone} />
          <span className={styles.words} dir="auto">
            {words}
          </span>
          <span className={styles.timer}>
            <Since at={myself.since} />
          </span>
          {next && (
            <span className={styles.next} dir="auto">
              {next}
            </span>
          )}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <StatusItems agent={myself} onChoose={(status, reason) => void set(status, reason)} />
      </Menu.Dropdown>
    </Menu>
  );
}
