/** What stands behind the number of those who wait: others have hung up and are called when their turn comes. */
export function waitWords({ callbacks }: { callbacks: number }): string {
  return callbacks === 0 ? 'waiting' : `waiting, ${callbacks} to call back`;
}
