import { Center, Loader } from '@mantine/core';
import { useEffect, useRef } from 'react';

/** Stands below a list and asks for the next page as soon as it comes into sight. */
export function More({ onSeen }: { onSeen: () => void }) {
  const mark = useRef<HTMLDivElement>(null);
  // Observed anew after every render: what came into sight while the list was being read is still in sight after it.
  useEffect(() => {
    const element = mark.current;
    if (!element) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) onSeen();
      },
      { rootMargin: '600px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  });
  return (
    <Center ref={mark} h={48}>
      <Loader size="sm" role="progressbar" aria-label="Loading more" />
    </Center>
  );
}
