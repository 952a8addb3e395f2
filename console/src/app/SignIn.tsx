import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { explain, faultCode } from '../api/errors';
import { Fault } from '../ui/Fault';
import styles from './SignIn.module.css';
import { session } from './workspace';

export function SignIn() {
  const state = useSyncExternalStore(session.onChange, session.state);
  const { next } = useSearch({ from: '/sign-in' });
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: (value) => (/^\S+@\S+$/.test(value.trim()) ? null : 'Enter the e-mail address of your account'),
      password: (value) => (value === '' ? 'Enter your password' : null),
    },
  });

  useEffect(() => {
    document.title = 'Sign in · Cordboard';
    // Somebody who is signed in already only passes through here.
    if (session.state().status === 'starting') void session.refresh();
  }, []);

  const { history } = useRouter();
  const signedIn = state.status === 'signed-in';
  useEffect(() => {
    if (signedIn) history.replace(next ?? '/contacts');
  }, [signedIn, history, next]);
  if (signedIn) return null;

  const signIn = form.onSubmit(async ({ email, password }) => {
    setBusy(true);
    setFault(null);
    try {
      await session.signIn(email.trim(), password);
    } catch (error) {
      setFault(words(error));
      form.setFieldValue('password', '');
    } finally {
      setBusy(false);
    }
  });

  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <img src="/favicon.svg" width={32} height={32} alt="" />
          Cordboard
        </div>
        <Paper withBorder p="lg">
          <form onSubmit={signIn} noValidate>
            <Stack gap="md">
              <Title order={1}>Sign in</Title>
              <Fault words={fault} />
              {fault === null && state.status === 'signed-out' && state.ended && (
                <Alert color="yellow" p="xs">
                  Your session has ended. Sign in to go on where you were.
                </Alert>
              )}
              {state.status === 'unreachable' && (
                <Alert color="yellow" role="status" p="xs">
                  The server can’t be reached. Trying again…
                </Alert>
              )}
              <TextInput
                label="E-mail"
                type="email"
                autoComplete="username"
                autoFocus
                {...form.getInputProps('email')}
              />
              <PasswordInput label="Password" autoComplete="current-password" {...form.getInputProps('password')} />
              <Button type="submit" loading={busy} fullWidth>
                Sign in
              </Button>
            </Stack>
          </form>
        </Paper>
        <Text size="xs" c="dimmed">
          No account? An administrator of your organisation creates it.
        </Text>
      </div>
    </main>
  );
}

/** The server doesn't say which of the two was wrong, and neither do we. */
function words(error: unknown): string {
  const unauthenticated =
    error instanceof Error && 'graphQLErrors' in error && faultCode(error as never) === 'UNAUTHENTICATED';
  return unauthenticated ? 'E-mail or password is wrong.' : explain(error);
}
