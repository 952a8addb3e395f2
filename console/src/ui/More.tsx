import { Center, Loader } from '@mantine/core';
import { useEffect, useRef } from 'react';

/** Stands below a list and asks for the next page as soon as it comes into sight. */
export function More({ onSeen }: { onSeen: () => void }) {
  const mark = useRef<HTMLDivElement>(null);
  const latest = useRef(onSeen);
  useEffect(() => {
    latest.current = onSeen;
  });
  useEffect(() => {
    const element = mark.current;
    if (!element) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) latest.current();
      },
      { rootMargin: '600px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <Center ref={mark} h={48}>
      <Loader size="sm" role="progressbar" aria-label="Loading more" />
    </Center>
  );
}
