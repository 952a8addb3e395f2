import { guarded } from '../join/guarded';

/** What outlives a reload of a queue's page, in this tab alone. */
export interface Kept {
  joinToken: string;
  /** The line was hung up: the contact is called when its turn comes. */
  callback: boolean;
  /** What was answered about recording before the call; null where nothing was asked. */
  consent: boolean | null;
}

export const kept = {
  read(queueKey: string): Kept | null {
    const text = guarded.read(name(queueKey));
    return text === null ? null : (JSON.parse(text) as Kept);
  },
  write(queueKey: string, visit: Kept | null): void {
    guarded.write(name(queueKey), visit === null ? null : JSON.stringify(visit));
  },
};

const name = (queueKey: string) => `cordboard.queue.${queueKey}`;
