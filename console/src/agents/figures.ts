import type { DayFieldsFragment } from '../gql/graphql';
import { spell } from '../ui/format';
import { reasonWords } from './words';

export interface Figure {
  name: string;
  value: string | number;
  /** What it is made of. */
  definition?: string;
  /** A part of the one above it. */
  part?: boolean;
}

/** An agent's numbers since midnight. Handling is talk, hold and wrap-up. */
export function figuresOf(day: DayFieldsFragment): Figure[] {
  const handling = day.talkSeconds + day.holdSeconds + day.wrapUpSeconds;
  return [
    { name: 'Calls handled', value: day.handled },
    { name: 'Calls missed', value: day.missed },
    { name: 'Talk', value: brief(day.talkSeconds) },
    { name: 'Hold', value: brief(day.holdSeconds) },
    { name: 'Wrap-up', value: brief(day.wrapUpSeconds) },
    { name: 'Handling a call', value: day.handled > 0 ? spell(handling / day.handled) : '–' },
    { name: 'Available', value: brief(day.availableSeconds) },
    { name: 'Occupancy', value: share(day.occupancy.value), definition: day.occupancy.definition },
    { name: 'Away', value: brief(day.awaySeconds) },
    ...day.awayByReason.map(({ reason, seconds }) => ({ name: reason == null ? 'no reason' : reasonWords(reason), value: brief(seconds), part: true })),
  ];
}

function share(value: number | null | undefined): string {
  return value == null ? '–' : `${Math.round(value * 100)} %`;
}

function brief(seconds: number): string {
  return seconds < 1 ? '–' : spell(seconds);
}
