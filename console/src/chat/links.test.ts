import { describe, expect, it } from 'vitest';
import { parts } from './links';

const hrefs = (text: string) => parts(text).flatMap(({ href }) => href ?? []);

describe('links in a message', () => {
  it('are addresses of the web, and the rest stays text', () => {
    expect(parts('See https://example.com/a?b=c#d and ask.')).toEqual([
      { text: 'See ', href: null },
      { text: 'https://example.com/a?b=c#d', href: 'https://example.com/a?b=c#d' },
      { text: ' and ask.', href: null },
    ]);
    expect(parts('nothing here')).toEqual([{ text: 'nothing here', href: null }]);
    expect(parts('')).toEqual([]);
  });

  it('end where the sentence ends', () => {
    expect(hrefs('Is it http://example.com/x? Or (https://example.org)!')).toEqual(['http://example.com/x', 'https://example.org']);
    expect(hrefs('https://en.wikipedia.org/wiki/Erlang_(unit).')).toEqual(['https://en.wikipedia.org/wiki/Erlang_(unit)']);
  });

  it('are never something that runs', () => {
    expect(hrefs('javascript:alert(1) data:text/html,x file:///etc <a href="https://evil.example">x</a>')).toEqual(['https://evil.example']);
    expect(hrefs('https://')).toEqual([]);
  });
});
