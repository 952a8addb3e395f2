import { Button, VisuallyHidden } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';

interface WayProps {
  className: string | undefined;
  words?: ReactNode;
}

interface Props extends WayProps {
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
  /** The next page. It begins where the one above it ends now, so that nothing is left out when something comes or goes. */
  children: (after: string) => ReactNode;
}

/** What stands behind a page: nothing, the way to the next one, or that. */
export function Behind({ pageInfo, children, ...way }: Props) {
  const [more, setMore] = useState(false);
  const begin = useRef<HTMLSpanElement>(null);
  // The button that was pressed is gone: the next Tab, and Escape, go from here.
  useEffect(() => {
    if (more) begin.current?.focus({ preventScroll: true });
  }, [more]);
  const end = pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
  if (end === null) return null;
  if (!more) return <ShowMore onMore={() => setMore(true)} {...way} />;
  return (
    <>
      {/* At the top: one that stands in its place would lengthen what scrolls. */}
      <VisuallyHidden ref={begin} tabIndex={-1} style={{ top: 0 }}>
        More
      </VisuallyHidden>
      {children(end)}
    </>
  );
}

export function ShowMore({ className, words, onMore, loading = false }: WayProps & { onMore: () => void; loading?: boolean }) {
  return (
    <div className={className}>
      <Button size="xs" variant="default" onClick={onMore} loading={loading}>
        Show more
      </Button>
      {words}
    </div>
  );
}
