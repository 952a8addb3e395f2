import { Alert } from '@mantine/core';

/** Why a form could not be sent; nothing where it could. */
export function Fault({ words }: { words: string | null }) {
  if (words === null) return null;
  return (
    <Alert color="red" role="alert" p="xs">
      {words}
    </Alert>
  );
}
