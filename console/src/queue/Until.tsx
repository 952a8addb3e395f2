import { useNow } from '../ui/Time';
import { opensWords } from './words';

export interface UntilProps {
  message?: string | null | undefined;
  opensAt?: string | null | undefined;
}

/** What a queue says of being closed, and until when. */
export function Until({ message, opensAt }: UntilProps) {
  const now = useNow(20_000);
  return (
    <>
      {message && (
        <>
          <span dir="auto">{message}</span>
          <br />
        </>
      )}
      {opensAt && (
        <strong>
          <time dateTime={opensAt}>{opensWords(new Date(opensAt), now)}</time>
        </strong>
      )}
      {!opensAt && !message && 'It does not open again in the near future.'}
    </>
  );
}
