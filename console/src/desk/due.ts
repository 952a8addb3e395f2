interface Due {
  dueAt?: string | null;
}

/** What is late, what is due before the day ends, and what has no date; the most pressing first. */
export function dueToday<Task extends Due>(tasks: readonly Task[], now: Date): Task[] {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime();
  const at = ({ dueAt }: Task) => (dueAt ? Date.parse(dueAt) : Infinity);
  return tasks.filter((task) => !task.dueAt || at(task) < midnight).sort((one, other) => Math.sign(at(one) - at(other)) || 0);
}
