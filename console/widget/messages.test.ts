import { describe, expect, it } from 'vitest';
import { inkOn } from './dom';
import { isBusy, prefill, readHost, readPage } from './messages';
import { buttonWords } from './words';

describe('what the page in the frame says', () => {
  it('is its state and place, and nothing else', () => {
    expect(readPage({ cordboard: 'state', state: 'waiting', place: 3, name: 'Ada' })).toEqual({ cordboard: 'state', state: 'waiting', place: 3 });
    expect(readPage({ cordboard: 'escape' })).toEqual({ cordboard: 'escape' });
  });

  it('is not believed when it is something else', () => {
    for (const odd of [null, 'state', 3, {}, { cordboard: 'state' }, { cordboard: 'state', state: 'rich' }, { type: 'state' }]) {
      expect(readPage(odd)).toBeNull();
    }
  });
});

describe('what the host page says', () => {
  it('is what it knows of the visitor, cut to a sensible length', () => {
    const message = { cordboard: 'prefill', fields: { name: 'Ada', email: 7, subject: 'x'.repeat(999), phone: '1' } };
    expect(readHost(message)).toEqual({ cordboard: 'prefill', fields: { name: 'Ada', subject: 'x'.repeat(200) } });
  });

  it('or that the visitor leaves', () => {
    expect(readHost({ cordboard: 'leave' })).toEqual({ cordboard: 'leave' });
    expect(readHost({ cordboard: 'callEnd' })).toBeNull();
    expect(prefill(undefined)).toEqual({});
  });
});

describe('the button', () => {
  it('says where the visit stands', () => {
    expect(buttonWords({ state: 'waiting', place: 3 })).toBe('In line');
    expect(buttonWords({ state: 'callback', place: null })).toBe('We will call you');
    expect(buttonWords({ state: 'ended', place: null })).toBeNull();
  });

  it('can be read on any colour', () => {
    expect(inkOn('rgb(255, 220, 0)')).toBe('#000');
    expect(inkOn('rgb(20, 30, 90)')).toBe('#fff');
    expect(inkOn('rgba(255, 255, 255, 0.9)')).toBe('#000');
  });

  it('asks before a call or a place is lost, and not otherwise', () => {
    expect((['form', 'waiting', 'callback', 'ringing', 'talking', 'ended', 'closed'] as const).filter(isBusy)).toEqual(['waiting', 'callback', 'ringing', 'talking']);
  });
});
