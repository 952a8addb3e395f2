import { CloseButton, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** Narrows the list below it while one types. */
export function Filter({ label, value, onChange }: Props) {
  return (
    <TextInput
      type="search"
      size="xs"
      w={240}
      aria-label={label}
      placeholder={label}
      dir="auto"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      leftSection={<IconSearch size={16} aria-hidden="true" />}
      rightSection={value === '' ? null : <CloseButton size="xs" aria-label="Clear" onClick={() => onChange('')} />}
    />
  );
}
