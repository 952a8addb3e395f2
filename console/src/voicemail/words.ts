import { spell } from '../ui/format';

interface Heard {
  heardAt?: string | null;
  heardBy?: { name: string } | null;
}

/** Who listened to a message first. */
export function heardWords({ heardAt, heardBy }: Heard): string {
  if (heardAt == null) return 'Not heard yet';
  return heardBy ? `Heard by ${heardBy.name}` : 'Heard';
}

interface Left {
  queue?: { name: string } | null;
  agent?: { user: { name: string } } | null;
  durationSeconds: number;
}

/** For whom a message was left, and how long it is. */
export function leftWords({ queue, agent, durationSeconds }: Left): string {
  const whom = agent?.user.name ?? queue?.name;
  return [whom && `For ${whom}`, spell(durationSeconds)].filter(Boolean).join(' · ');
}

/** The number on the way to the messages; a hundred is as many as more. */
export function badgeWords(unheard: number): string | null {
  if (unheard <= 0) return null;
  return unheard > 99 ? '99+' : String(unheard);
}
