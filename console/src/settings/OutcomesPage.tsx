import { Button, Switch, TextInput, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { useMay } from '../agents/myself';
import { graphql } from '../gql';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import { Plain } from '../ui/Plain';
import { attempt } from '../api/attempt';
import { Name } from './Name';
import styles from './Settings.module.css';

const OutcomesDocument = graphql(`
  query Outcomes {
    outcomes(includeArchived: true) {
      id
      name
      success
      archivedAt
    }
  }
`);

const OutcomeCreate = graphql(`
  mutation OutcomeCreate($input: OutcomeCreateInput!) {
    outcomeCreate(input: $input) {
      outcome {
        id
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const OutcomeUpdate = graphql(`
  mutation OutcomeUpdate($input: OutcomeUpdateInput!) {
    outcomeUpdate(input: $input) {
      outcome {
        id
        name
        success
        archivedAt
      }
      userErrors {
        code
        message
      }
    }
  }
`);

/** What a call can come to. Archived ones stay with the calls that have them. */
export function OutcomesPage() {
  useDocumentTitle('Outcomes · Cordboard');
  const may = useMay('outcomeUpdate');
  const [{ data, error }, reload] = useQuery({ query: OutcomesDocument, requestPolicy: 'cache-and-network' });
  const [, create] = useMutation(OutcomeCreate);
  const [, update] = useMutation(OutcomeUpdate);
  const [name, setName] = useState('');
  const [success, setSuccess] = useState(true);

  const add = async () => {
    if (await attempt(async () => create({ input: { name, success } }), (result) => result.outcomeCreate)) {
      setName('');
      reload({ requestPolicy: 'network-only' });
    }
  };
  const change = (outcomeId: string, part: { name?: string; success?: boolean; archived?: boolean }) =>
    attempt(async () => update({ input: { outcomeId, ...part } }), (result) => result.outcomeUpdate);

  return (
    <>
      <div className={styles.head}>
        <Title order={2}>Outcomes</Title>
      </div>
      <p className={styles.note}>Agents choose one in the wrap-up. Those that count as a success make up the success rate.</p>
      <div className={page.card}>
        {error && !data && <ErrorState error={error} retry={() => reload({ requestPolicy: 'network-only' })} />}
        {!error && !data && <Rows count={4} />}
        {data?.outcomes.length === 0 && <p className={styles.empty}>No outcomes yet, such as “Solved” or “Call again”.</p>}
        {data?.outcomes.map((outcome) => (
          <div key={outcome.id} className={styles.line}>
            <Name name={outcome.name} onRename={may ? (name) => change(outcome.id, { name }) : null} />
            {outcome.archivedAt && <Plain>Archived</Plain>}
            <Switch
              size="xs"
              label="Success"
              aria-label={`${outcome.name}: success`}
              checked={outcome.success}
              disabled={!may}
              onChange={(event) => void change(outcome.id, { success: event.currentTarget.checked })}
            />
            {may && (
              <Button size="compact-xs" variant="default" onClick={() => void change(outcome.id, { archived: !outcome.archivedAt })}>
                {outcome.archivedAt ? 'Bring back' : 'Archive'}
              </Button>
            )}
          </div>
        ))}
        {may && (
          <form
            className={styles.line}
            onSubmit={(event) => {
              event.preventDefault();
              void add();
            }}
          >
            <TextInput size="xs" aria-label="New outcome" placeholder="New outcome" dir="auto" value={name} onChange={(event) => setName(event.currentTarget.value)} />
            <Switch size="xs" label="Success" checked={success} onChange={(event) => setSuccess(event.currentTarget.checked)} />
            <Button size="xs" type="submit" disabled={name.trim() === ''}>
              Add
            </Button>
          </form>
        )}
      </div>
    </>
  );
}
