import { ActionIcon, Alert, Button, Select, Switch, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { UseFormReturnType } from '@mantine/form';
import { another, dayName, DAYS, minutes, type OpenInterval, workingWeek } from './hours';
import type { QueueForm } from './queue-form';
import styles from './Settings.module.css';

const ZONES = Intl.supportedValuesOf('timeZone');

/** A week of opening hours, day by day, in the queue's own time zone. */
export function HoursField({ form, disabled }: { form: UseFormReturnType<QueueForm>; disabled: boolean }) {
  const { alwaysOpen, weekly, holidays, timeZone } = form.values;
  const set = (next: OpenInterval[]) => form.setFieldValue('weekly', next);
  const zones = ZONES.includes(timeZone) ? ZONES : [timeZone, ...ZONES];
  const open = (always: boolean) => {
    form.setFieldValue('alwaysOpen', always);
    // Somewhere to begin; whoever takes all of it away closes the queue.
    if (!always && weekly.length === 0) set(workingWeek());
    // Taken back is as it was, the week with it.
    const begun = form.getInitialValues();
    if (always && begun.alwaysOpen) set(begun.weekly);
  };
  return (
    <>
      <Select label="Time zone" data={zones} searchable maw={320} allowDeselect={false} disabled={disabled} {...form.getInputProps('timeZone')} />
      <Switch
        label={`Always open${holidays.length > 0 ? ', but for the holidays' : ''}`}
        disabled={disabled}
        checked={alwaysOpen}
        onChange={(event) => open(event.currentTarget.checked)}
      />
      {!alwaysOpen && (
        <div className={styles.week}>
          {DAYS.map((day) => (
            <Day
              key={day}
              name={dayName(day)}
              intervals={weekly.filter((one) => one.day === day)}
              disabled={disabled}
              onChange={(ofDay) => set([...weekly.filter((one) => one.day !== day), ...ofDay])}
              onAdd={() => set([...weekly, another(day, weekly.filter((one) => one.day === day))])}
            />
          ))}
        </div>
      )}
      {form.errors['weekly'] && (
        <Alert color="red" p="xs" role="alert">
          {form.errors['weekly']}
        </Alert>
      )}
      <Holidays form={form} disabled={disabled} />
    </>
  );
}

interface DayProps {
  name: string;
  intervals: OpenInterval[];
  disabled: boolean;
  onChange: (intervals: OpenInterval[]) => void;
  onAdd: () => void;
}

function Day({ name, intervals, disabled, onChange, onAdd }: DayProps) {
  const change = (index: number, part: Partial<OpenInterval>) =>
    onChange(intervals.map((one, at) => (at === index ? { ...one, ...part } : one)));
  return (
    <div className={styles.day}>
      <span className={styles.dayName}>{name}</span>
      <div>
        <div className={styles.row}>
          {intervals.length === 0 && <span className={styles.quiet}>Closed</span>}
          {intervals.map(({ from, to }, index) => (
            <span key={index} className={styles.stretch}>
              <TextInput size="xs" w={64} aria-label={`${name}, from`} value={from} disabled={disabled} onChange={(event) => change(index, { from: event.currentTarget.value })} />
              –
              <TextInput size="xs" w={64} aria-label={`${name}, to`} value={to} disabled={disabled} onChange={(event) => change(index, { to: event.currentTarget.value })} />
              {!disabled && (
                <ActionIcon size={28} aria-label={`${name}: remove ${from} to ${to}`} onClick={() => onChange(intervals.filter((_, at) => at !== index))}>
                  <IconX size={14} />
                </ActionIcon>
              )}
            </span>
          ))}
          {!disabled && (
            <ActionIcon size={28} aria-label={`${name}: add hours`} onClick={onAdd}>
              <IconPlus size={14} />
            </ActionIcon>
          )}
        </div>
        <div className={styles.rule} aria-hidden="true">
          {intervals.map(({ from, to }, index) => {
            const start = minutes(from) ?? 0;
            const end = minutes(to) ?? start;
            return <span key={index} style={{ left: `${start / 14.4}%`, width: `${Math.max(0, end - start) / 14.4}%` }} />;
          })}
        </div>
      </div>
    </div>
  );
}

function Holidays({ form, disabled }: { form: UseFormReturnType<QueueForm>; disabled: boolean }) {
  const { holidays } = form.values;
  const set = (next: QueueForm['holidays']) => form.setFieldValue('holidays', next);
  return (
    <div className={styles.section} style={{ padding: 0 }} role="group" aria-label="Holidays">
      <strong>Holidays</strong>
      {holidays.length === 0 && <span className={styles.quiet}>None. On a holiday the queue is closed all day.</span>}
      {holidays.map(({ date, name }, index) => (
        <div key={index} className={styles.row}>
          <TextInput
            type="date"
            size="xs"
            aria-label={`Holiday ${index + 1}: date`}
            value={date}
            disabled={disabled}
            onChange={(event) => {
              const { value } = event.currentTarget;
              set(holidays.map((one, at) => (at === index ? { ...one, date: value } : one)));
            }}
          />
          <TextInput
            size="xs"
            placeholder="Name"
            dir="auto"
            aria-label={`Holiday ${index + 1}: name`}
            value={name}
            disabled={disabled}
            onChange={(event) => {
              const { value } = event.currentTarget;
              set(holidays.map((one, at) => (at === index ? { ...one, name: value } : one)));
            }}
          />
          {!disabled && (
            <ActionIcon aria-label={`Remove ${name || 'this holiday'}`} onClick={() => set(holidays.filter((_, at) => at !== index))}>
              <IconX size={16} />
            </ActionIcon>
          )}
        </div>
      ))}
      {form.errors['holidays'] && <span role="alert" style={{ color: 'var(--fault)' }}>{form.errors['holidays']}</span>}
      {!disabled && (
        <div>
          <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => set([...holidays, { date: '', name: '' }])}>
            Add a holiday
          </Button>
        </div>
      )}
    </div>
  );
}
