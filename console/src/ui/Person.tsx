import { Avatar } from '@mantine/core';
import { initials } from './format';

const TONES = ['blue', 'grape', 'teal', 'orange', 'cyan', 'pink', 'lime', 'violet'];

/** A colour of its own for each name, the same everywhere. Decoration: the name stands beside it. */
export function Face({ name, size = 28 }: { name: string; size?: number }) {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return (
    <Avatar size={size} radius="50%" color={TONES[sum % TONES.length] ?? 'gray'} aria-hidden="true">
      {initials(name)}
    </Avatar>
  );
}
