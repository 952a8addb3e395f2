import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { Day } from './Day';
import { figuresOf } from './figures';

const DAY = {
  handled: 2,
  missed: 1,
  talkSeconds: 100,
  holdSeconds: 10,
  wrapUpSeconds: 10,
  availableSeconds: 60,
  awaySeconds: 90,
  awayByReason: [
    { reason: 'Lunch', seconds: 60 },
    { reason: 'missed', seconds: 20 },
    { reason: null, seconds: 10 },
  ],
  occupancy: { value: 0.666, definition: 'on calls / there for calls' },
};

it('tells why somebody was away below how long, and what a share is made of', () => {
  const figures = figuresOf(DAY);
  expect(figures.slice(-5)).toEqual([
    { name: 'Occupancy', value: '67 %', definition: 'on calls / there for calls' },
    { name: 'Away', value: '1 min 30 s' },
    { name: 'Lunch', value: '1 min', part: true },
    { name: 'missed a call', value: '20 s', part: true },
    { name: 'no reason', value: '10 s', part: true },
  ]);
  expect(figures.find(({ name }) => name === 'Handling a call')?.value).toBe('1 min');
});

it('shows the share alone until somebody asks what it is made of', () => {
  const shown = renderToStaticMarkup(createElement(Day, { day: DAY }));
  expect(shown).toContain('<details><summary>Occupancy</summary><small>on calls / there for calls</small></details>');
  expect(shown.match(/<details/g)).toHaveLength(1);
});

it('has no share of nothing', () => {
  const figures = figuresOf({ ...DAY, awayByReason: [], occupancy: { value: null, definition: '' } });
  expect(figures.find(({ name }) => name === 'Occupancy')?.value).toBe('–');
});
