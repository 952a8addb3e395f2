import { Avatar } from '@mantine/core';
import { initials } from './format';
import styles from './Person.module.css';

/** A colour of its own for each name, the same everywhere. Decoration: the name stands beside it. */
export function Face({ name, size = 28 }: { name: string; size?: number }) {
  let hue = 0;
  for (const character of name) hue = (hue * 31 + (character.codePointAt(0) ?? 0)) % 360;
  return (
    <Avatar
      size={size}
      radius="50%"
      aria-hidden="true"
      classNames={{ placeholder: styles.letters ?? '' }}
      style={{ '--hue': hue }}
    >
      {initials(name)}
    </Avatar>
  );
}
