import { graphql } from '../gql';
import type { OverflowKind, QueueFieldsFragment, QueueUpdateInput, RoutingStrategy } from '../gql/graphql';
import { dayName, DAYS, faultOf, type OpenInterval } from './hours';

graphql(`
  fragment QueueFields on Queue {
    id
    version
    name
    key
    strategy
    serviceLevel {
      percent
      seconds
    }
    shortAbandonSeconds
    wrapUpSeconds
    wrapUpRequired
    defaultOutcome {
      id
      name
      archivedAt
    }
    offerSeconds
    missedLimit
    maxWaitSeconds
    maxLength
    requiredSkills {
      skill
      level
    }
    relaxSeconds
    lastAgentSeconds
    priority
    hours {
      timeZone
      alwaysOpen
      weekly {
        day
        from
        to
      }
      holidays {
        date
        name
      }
    }
    open
    closedMessage
    overflow {
      kind
      queue {
        id
        name
        archivedAt
      }
    }
    callback
    voicemail
    voicemailGreeting {
      id
      name
      archivedAt
    }
    script
    holdMusic {
      id
      name
      archivedAt
    }
    announcement {
      id
      name
      archivedAt
    }
    announcementSeconds
    media
    archivedAt
    publicUrl
  }
`);

/** A queue as the form holds it: number fields may be empty while one types. */
export interface QueueForm {
  name: string;
  key: string;
  video: boolean;
  strategy: RoutingStrategy;
  requiredSkills: { skill: string; level: number }[];
  relaxes: boolean;
  relaxSeconds: number | string;
  lastAgentSeconds: number | string;
  priority: number | string;
  offerSeconds: number | string;
  missedLimit: number | string;
  maxWaitSeconds: number | string;
  maxLength: number | string;
  overflow: OverflowKind;
  overflowQueueId: string | null;
  callback: boolean;
  voicemail: boolean;
  voicemailGreetingId: string | null;
  holdMusicId: string | null;
  announcementId: string | null;
  announcementSeconds: number | string;
  timeZone: string;
  alwaysOpen: boolean;
  /** Without any stretch it is closed all week; kept, but not sent, while it is always open. */
  weekly: OpenInterval[];
  holidays: { date: string; name: string }[];
  closedMessage: string;
  percent: number | string;
  seconds: number | string;
  shortAbandonSeconds: number | string;
  wrapUpSeconds: number | string;
  wrapUpRequired: boolean;
  defaultOutcomeId: string | null;
  script: string;
}

export function toForm(queue: QueueFieldsFragment): QueueForm {
  const { hours, serviceLevel, overflow } = queue;
  return {
    name: queue.name,
    key: queue.key,
    video: queue.media.includes('VIDEO'),
    strategy: queue.strategy,
    requiredSkills: queue.requiredSkills.map(({ skill, level }) => ({ skill, level })),
    relaxes: queue.relaxSeconds != null,
    relaxSeconds: queue.relaxSeconds ?? 30,
    lastAgentSeconds: queue.lastAgentSeconds,
    priority: queue.priority,
    offerSeconds: queue.offerSeconds,
    missedLimit: queue.missedLimit,
    maxWaitSeconds: queue.maxWaitSeconds,
    maxLength: queue.maxLength,
    overflow: overflow?.kind ?? 'END',
    overflowQueueId: overflow?.queue?.id ?? null,
    callback: queue.callback,
    voicemail: queue.voicemail,
    voicemailGreetingId: queue.voicemailGreeting?.id ?? null,
    holdMusicId: queue.holdMusic?.id ?? null,
    announcementId: queue.announcement?.id ?? null,
    announcementSeconds: queue.announcementSeconds,
    timeZone: hours.timeZone,
    alwaysOpen: hours.alwaysOpen,
    weekly: hours.weekly.map(({ day, from, to }) => ({ day, from, to })),
    holidays: hours.holidays.map(({ date, name }) => ({ date, name })),
    closedMessage: queue.closedMessage ?? '',
    percent: serviceLevel.percent,
    seconds: serviceLevel.seconds,
    shortAbandonSeconds: queue.shortAbandonSeconds,
    wrapUpSeconds: queue.wrapUpSeconds,
    wrapUpRequired: queue.wrapUpRequired,
    defaultOutcomeId: queue.defaultOutcome?.id ?? null,
    script: queue.script ?? '',
  };
}

/** Where the server's name of a field isn't the form's. */
export const FIELDS: Readonly<Record<string, keyof QueueForm>> = { hours: 'weekly', serviceLevel: 'percent', media: 'video', outcomeId: 'defaultOutcomeId' };

/** Which version of which queue the form began from. */
export interface Begun {
  queueId: string;
  version: number;
}

type Settings = Omit<QueueUpdateInput, keyof Begun>;

/**
 * What was changed, and nothing else: what somebody else saved meanwhile stays as it is. What the server
 * takes as one, such as the hours, goes as one.
 */
export function toInput(begun: Begun, before: QueueForm, now: QueueForm): QueueUpdateInput {
  return { ...begun, ...changes(before, now) };
}

/** Whether the settings are the same, whatever else of the queue has changed. */
export function isSame(before: QueueForm, now: QueueForm): boolean {
  return Object.keys(changes(before, now)).length === 0;
}

function changes(before: QueueForm, now: QueueForm): Settings {
  const known = settingsOf(before);
  const changed = Object.entries(settingsOf(now)).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(known[name as keyof typeof known]),
  );
  return Object.fromEntries(changed);
}

function weekOf({ alwaysOpen, weekly }: QueueForm): OpenInterval[] {
  return alwaysOpen ? [] : weekly;
}

function settingsOf(form: QueueForm): Settings {
  return {
    name: form.name.trim(),
    media: form.video ? ['AUDIO', 'VIDEO'] : ['AUDIO'],
    strategy: form.strategy,
    requiredSkills: form.requiredSkills.filter(({ skill }) => skill.trim() !== ''),
    relaxSeconds: form.relaxes ? Number(form.relaxSeconds) : null,
    lastAgentSeconds: Number(form.lastAgentSeconds),
    priority: Number(form.priority),
    offerSeconds: Number(form.offerSeconds),
    missedLimit: Number(form.missedLimit),
    maxWaitSeconds: Number(form.maxWaitSeconds),
    maxLength: Number(form.maxLength),
    overflow: { kind: form.overflow, ...(form.overflow === 'QUEUE' ? { queueId: form.overflowQueueId } : {}) },
    callback: form.callback,
    voicemail: form.voicemail,
    voicemailGreetingId: form.voicemailGreetingId,
    holdMusicId: form.holdMusicId,
    announcementId: form.announcementId,
    announcementSeconds: Number(form.announcementSeconds),
    hours: { timeZone: form.timeZone, alwaysOpen: form.alwaysOpen, weekly: weekOf(form), holidays: form.holidays },
    closedMessage: form.closedMessage.trim() === '' ? null : form.closedMessage,
    serviceLevel: { percent: Number(form.percent), seconds: Number(form.seconds) },
    shortAbandonSeconds: Number(form.shortAbandonSeconds),
    wrapUpSeconds: Number(form.wrapUpSeconds),
    wrapUpRequired: form.wrapUpRequired,
    defaultOutcomeId: form.defaultOutcomeId,
    script: form.script.trim() === '' ? null : form.script,
  };
}

const NUMBERS = [
  'lastAgentSeconds',
  'priority',
  'offerSeconds',
  'missedLimit',
  'maxWaitSeconds',
  'maxLength',
  'announcementSeconds',
  'percent',
  'seconds',
  'shortAbandonSeconds',
  'wrapUpSeconds',
] as const satisfies readonly (keyof QueueForm)[];

/** What can be seen to be wrong before it is sent; the server has the last word. */
export function validate(form: QueueForm): Partial<Record<keyof QueueForm, string>> {
  const faults: Partial<Record<keyof QueueForm, string>> = {};
  for (const name of NUMBERS) if (form[name] === '') faults[name] = 'A number is needed.';
  if (form.name.trim() === '') faults.name = 'A name is needed.';
  if (form.overflow === 'QUEUE' && form.overflowQueueId === null) faults.overflowQueueId = 'Choose the other queue.';
  if (form.overflow === 'VOICEMAIL' && !form.voicemail) faults.overflow = 'Messages have to be taken for that: switch them on below.';
  if (form.holidays.some(({ date, name }) => date === '' || name.trim() === '')) faults.holidays = 'A holiday needs a date and a name.';
  for (const day of DAYS) {
    const fault = faultOf(weekOf(form).filter((one) => one.day === day));
    if (fault !== null) faults.weekly = `${dayName(day)}: ${fault}`;
  }
  return faults;
}

/** A key for addresses, made of a name. */
export function keyOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 50)
    .replace(/-+$/, '');
}
