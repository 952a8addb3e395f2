import { Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import { clock, fullDate, when } from './format';

/** Renders again every `step` milliseconds, in step with the other clocks of the page. */
export function useNow(step: number): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), step);
    return () => clearInterval(timer);
  }, [step]);
  return now;
}

export function When({ at }: { at: string }) {
  const now = useNow(30_000);
  const date = new Date(at);
  return (
    <Tooltip label={fullDate(date)}>
      <time dateTime={at}>{when(date, now)}</time>
    </Tooltip>
  );
}

/** A clock that runs since a moment. */
export function Since({ at }: { at: string }) {
  const now = useNow(1_000);
  return <time>{clock((now.getTime() - Date.parse(at)) / 1000)}</time>;
}
