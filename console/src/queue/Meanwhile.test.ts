import { MantineProvider } from '@mantine/core';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { Meanwhile } from './Meanwhile';
import { announcement, BEGINNING, type Wait } from './waiting';

it('shows what the announcement says, and is itself nothing that is read out', () => {
  const before: Wait = { ...BEGINNING, stage: 'line', queue: 'Support', place: 1 };
  for (const [happened, words] of [
    [{ closed: true }, 'Support has closed meanwhile'],
    [{ turn: 'moved' }, 'You were passed on to Support'],
  ] as const) {
    const wait = { ...before, ...happened };
    expect(announcement(before, wait)).toContain(words);
    const closed = wait.closed ? { message: 'We sleep now.' } : null;
    const shown = renderToStaticMarkup(createElement(MantineProvider, null, createElement(Meanwhile, { wait, closed })));
    expect(shown.replaceAll(/<[^>]*>/g, '')).toContain(words);
    expect(shown).not.toMatch(/role="(alert|status|log)"|aria-live/);
  }
});
