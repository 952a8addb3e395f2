/** A message has come, as a notification tells, or was heard here: lists of messages read themselves again. */
const listeners = new Set<() => void>();

export function voicemailNews(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function tellVoicemail(): void {
  for (const listener of listeners) listener();
}
