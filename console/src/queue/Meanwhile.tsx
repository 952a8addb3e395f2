import { Alert } from '@mantine/core';
import { Until, type UntilProps } from './Until';
import { turnWords, type Wait } from './waiting';

interface Props {
  wait: Wait;
  closed: UntilProps | null | undefined;
}

/** What has happened to one who waits. The page's announcement says it, and an alert would say it again: this is to be seen. */
export function Meanwhile({ wait, closed }: Props) {
  const turn = turnWords(wait);
  return (
    <>
      {closed && (
        <Alert color="yellow" role="note" p="sm" title={<span dir="auto">{wait.queue} has closed meanwhile</span>}>
          <Until {...closed} />
        </Alert>
      )}
      {turn && (
        <Alert color="yellow" role="note" p="sm">
          {turn}
        </Alert>
      )}
    </>
  );
}
