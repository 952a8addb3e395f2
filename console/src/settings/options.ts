export interface Named {
  id: string;
  name: string;
  archivedAt?: string | null;
}

/** What one can choose from. What is set is among it by its name, though it may have been archived or stand further down in its list. */
export function optionsOf(list: readonly Named[], set: Named | null | undefined): { value: string; label: string }[] {
  const missing = set && list.every(({ id }) => id !== set.id) ? [set] : [];
  return [...missing, ...list].map(({ id, name, archivedAt }) => ({ value: id, label: archivedAt ? `${name} (archived)` : name }));
}
