import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconPhone, IconVideo } from '@tabler/icons-react';
import { type FormEvent, useRef, useState } from 'react';
import type { Refused } from '../api/errors';
import type { QueueInfoQuery } from '../gql/graphql';
import { ConsentQuestion } from '../join/ConsentQuestion';
import join from '../join/join.module.css';
import styles from './queue.module.css';

export interface Request {
  name: string;
  email: string;
  phone: string;
  subject: string;
  video: boolean;
  /** Null until it was answered. */
  consent: boolean | null;
}

export const EMPTY: Request = { name: '', email: '', phone: '', subject: '', video: false, consent: null };

interface Props {
  info: NonNullable<QueueInfoQuery['queueInfo']>;
  request: Request;
  refused: Refused | null;
  onChange: (change: Partial<Request>) => void;
  onDone: () => void;
}

const KINDS = [
  { value: 'audio', Icon: IconPhone, words: 'Voice' },
  { value: 'video', Icon: IconVideo, words: 'Video' },
];

export function RequestForm({ info, request, refused, onChange, onDone }: Props) {
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const both = info.media.includes('AUDIO') && info.media.includes('VIDEO');
  const wording = info.consentWording ?? null;
  const nameless = request.name.trim() === '';
  const unanswered = wording !== null && request.consent === null;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (nameless) form.current?.querySelector('input')?.focus();
    else if (unanswered) form.current?.querySelector<HTMLElement>('[role="radio"]')?.focus();
    else onDone();
  };
  const field = (name: 'name' | 'email' | 'phone' | 'subject') => ({
    size: 'md' as const,
    value: request[name],
    error: refused?.field === name ? refused.message : undefined,
    onChange: (event: { currentTarget: { value: string } }) => onChange({ [name]: event.currentTarget.value }),
  });
  const { error: nameError, ...name } = field('name');

  return (
    <form ref={form} className={styles.form} noValidate onSubmit={submit}>
      <TextInput
        label="Your name"
        required
        autoComplete="name"
        maxLength={200}
        {...name}
        error={nameError ?? (tried && nameless ? 'Please tell us your name.' : undefined)}
      />
      <TextInput label="What is it about?" placeholder="Optional" maxLength={200} {...field('subject')} />
      <div className={styles.pair}>
        <TextInput label="E-mail" placeholder="Optional" type="email" inputMode="email" autoComplete="email" {...field('email')} />
        <TextInput label="Phone" placeholder="Optional" type="tel" inputMode="tel" autoComplete="tel" {...field('phone')} />
      </div>
      {both && (
        <SegmentedControl
          fullWidth
          size="md"
          aria-label="How you would like to talk"
          value={request.video ? 'video' : 'audio'}
          onChange={(value) => onChange({ video: value === 'video' })}
          data={KINDS.map(({ value, Icon, words }) => ({
            value,
            label: (
              <span className={styles.kind}>
                <Icon size={18} aria-hidden="true" />
                {words}
              </span>
            ),
          }))}
        />
      )}
      {wording !== null && (
        <ConsentQuestion
          wording={wording}
          value={request.consent}
          onChange={(consent) => onChange({ consent })}
          error={tried && unanswered ? 'Please choose one.' : undefined}
        />
      )}
      <div className={join.foot}>
        <Button type="submit" size="lg" fullWidth>
          Continue
        </Button>
      </div>
    </form>
  );
}
