/** Whether something of it sounded: a place that was only chosen is not heard yet. */
export function sounded({ currentTime, paused, ended }: Pick<HTMLMediaElement, 'currentTime' | 'paused' | 'ended'>): boolean {
  return currentTime > 0 && (!paused || ended);
}

interface Row {
  id: string;
}

/** The list as it is now; what is being listened to stays where it stood, though it passes the filter no longer. */
export function withOpen<Message extends Row>(now: readonly Message[], before: readonly Message[], open: string | undefined): readonly Message[] {
  if (open === undefined || now.some(({ id }) => id === open)) return now;
  const place = before.findIndex(({ id }) => id === open);
  const message = before[place];
  return message ? now.toSpliced(place, 0, message) : now;
}
