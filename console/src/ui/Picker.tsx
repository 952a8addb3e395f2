import { Loader, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import styles from './Picker.module.css';

export interface Choice {
  id: string;
  name: string;
  /** Why it can't be chosen now; null where it can. */
  blocked: string | null;
  /** What stands behind the name. */
  aside?: ReactNode;
  before?: ReactNode;
}

interface Props {
  label: string;
  choices: readonly Choice[];
  /** The choices, or the value, are not yet those of what was typed. */
  loading: boolean;
  /** What is said where nothing was found. */
  none: string;
  search: string;
  onSearch: (text: string) => void;
  value: string | null;
  onValue: (id: string) => void;
  /** Enter; with Shift it is meant differently. */
  onSubmit: (other: boolean) => void;
}

/** A list to choose one from while the hands stay in its search field (ARIA combobox with a listbox that stays open). */
export function Picker({ label, choices, loading, none, search, onSearch, value, onValue, onSubmit }: Props) {
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const free = choices.filter(({ blocked }) => blocked === null);
  // Enter, pressed before the list was that of what was typed: it means the list to come.
  const [early, setEarly] = useState<{ other: boolean } | null>(null);
  const forget = () => setEarly(null);

  useEffect(() => {
    if (early === null || loading) return;
    setEarly(null);
    if (value !== null) onSubmit(early.other);
  });

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [value]);

  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      if (loading) setEarly({ other: event.shiftKey });
      else if (value !== null) onSubmit(event.shiftKey);
      return;
    }
    forget();
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = free.findIndex((choice) => choice.id === value);
    const next = free[at === -1 ? (step === 1 ? 0 : free.length - 1) : (at + step + free.length) % free.length];
    if (next) onValue(next.id);
  };

  return (
    <div className={styles.picker}>
      <TextInput
        type="search"
        role="combobox"
        aria-label={label}
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={value === null ? undefined : `${id}-${value}`}
        aria-autocomplete="list"
        autoComplete="off"
        placeholder={label}
        data-autofocus
        dir="auto"
        value={search}
        onChange={(event) => {
          forget();
          onSearch(event.currentTarget.value);
        }}
        onKeyDown={press}
        onBlur={forget}
        leftSection={<IconSearch size={16} aria-hidden="true" />}
        rightSection={loading ? <Loader size={14} /> : null}
      />
      <ul ref={list} id={`${id}-list`} role="listbox" aria-label={label} className={styles.list}>
        {choices.map((choice) => (
          <li
            key={choice.id}
            id={`${id}-${choice.id}`}
            role="option"
            aria-selected={choice.id === value}
            aria-disabled={choice.blocked !== null}
            className={styles.choice}
            onClick={() => choice.blocked === null && onValue(choice.id)}
          >
            {choice.before}
            <span className={styles.name} dir="auto" title={choice.name}>
              {choice.name}
            </span>
            <span className={styles.aside}>{choice.aside}</span>
          </li>
        ))}
      </ul>
      {choices.length === 0 && !loading && <p className={styles.none}>{none}</p>}
    </div>
  );
}
