/** What awaits a call that is put into a queue. */
export function queueWords(open: boolean, { waiting, available }: { waiting: number; available: number }): string {
  if (!open) return 'Closed';
  const free = available === 0 ? 'nobody free' : `${available} free`;
  return waiting === 0 ? free : `${waiting} waiting, ${free}`;
}
