import { useEffect, useState } from 'react';
import { Picker } from '../ui/Picker';
import { type Colleague, useColleagues } from './colleagues';
import { Dot } from './Dot';
import { activityOf } from './words';

interface Props {
  value: Colleague | null;
  onValue: (colleague: Colleague | null) => void;
  onSubmit: (other: boolean) => void;
  /** Those who are in the call already. */
  present?: readonly string[];
  /** Also one who can't answer now. */
  anybody?: boolean;
}

/** Who can be asked now; the others stand below, each with what keeps them. */
export function ColleaguePicker({ value, onValue, onSubmit, present = [], anybody = false }: Props) {
  const [search, setSearch] = useState('');
  const { colleagues, loading } = useColleagues(search);
  const blocked = (one: Colleague) => {
    if (present.includes(one.user.id)) return 'In this call';
    return anybody || one.activity === 'AVAILABLE' ? null : activityOf(one).words;
  };
  // What is chosen stays so while it can be; else the first one who is free.
  const chosen = colleagues.find(({ id }) => id === value?.id && value !== null) ?? null;
  // Of all who are there nobody is meant before something was typed.
  const first = anybody && search === '' ? null : (colleagues.find((one) => blocked(one) === null) ?? null);
  const next = chosen !== null && blocked(chosen) === null ? chosen : first;
  useEffect(() => {
    if (next?.id !== value?.id) onValue(next);
  });
  return (
    <Picker
      label="Search colleagues"
      choices={colleagues.map((one) => ({
        id: one.id,
        name: one.user.name,
        blocked: blocked(one),
        before: <Dot tone={activityOf(one).tone} />,
        aside: <span dir="auto">{present.includes(one.user.id) ? 'In this call' : activityOf(one).words}</span>,
      }))}
      loading={loading || next?.id !== value?.id}
      none={search === '' ? 'There are no other users yet.' : 'Nobody is called that.'}
      search={search}
      onSearch={setSearch}
      value={next?.id ?? null}
      onValue={(id) => onValue(colleagues.find((one) => one.id === id) ?? null)}
      onSubmit={onSubmit}
    />
  );
}
