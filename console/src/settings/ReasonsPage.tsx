import { Button, TextInput, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { useMay } from '../agents/myself';
import { AwayReasons } from '../agents/StatusItems';
import { graphql } from '../gql';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import { Plain } from '../ui/Plain';
import { attempt } from '../api/attempt';
import { Name } from './Name';
import styles from './Settings.module.css';

const AwayReasonCreate = graphql(`
  mutation AwayReasonCreate($input: AwayReasonCreateInput!) {
    awayReasonCreate(input: $input) {
      userErrors {
        code
        message
      }
    }
  }
`);

const AwayReasonUpdate = graphql(`
  mutation AwayReasonUpdate($input: AwayReasonUpdateInput!) {
    awayReasonUpdate(input: $input) {
      userErrors {
        code
        message
      }
    }
  }
`);

/** Why an agent can be away; time away is counted by them. */
export function ReasonsPage() {
  useDocumentTitle('Away reasons · Cordboard');
  const may = useMay('awayReasonUpdate');
  const [{ data, error }, reload] = useQuery({
    query: AwayReasons,
    variables: { includeArchived: true },
    requestPolicy: 'cache-and-network',
  });
  const [, create] = useMutation(AwayReasonCreate);
  const [, update] = useMutation(AwayReasonUpdate);
  const [name, setName] = useState('');
  const again = () => reload({ requestPolicy: 'network-only' });

  const add = async () => {
    if (await attempt(async () => create({ input: { name } }), (result) => result.awayReasonCreate)) {
      setName('');
      again();
    }
  };
  const change = async (reasonId: string, part: { name?: string; archived?: boolean }) => {
    const done = await attempt(async () => update({ input: { reasonId, ...part } }), (result) => result.awayReasonUpdate);
    if (done) again();
    return done;
  };

  return (
    <>
      <div className={styles.head}>
        <Title order={2}>Away reasons</Title>
      </div>
      <p className={styles.note}>Agents choose one when they go away; the board shows it, and time away is counted by it.</p>
      <div className={page.card}>
        {error && !data && <ErrorState error={error} retry={again} />}
        {!error && !data && <Rows count={4} />}
        {data?.awayReasons.length === 0 && <p className={styles.empty}>No reasons yet, such as “Lunch” or “Training”.</p>}
        {data?.awayReasons.map((reason) => (
          <div key={reason.id} className={styles.line}>
            <Name name={reason.name} onRename={may ? (name) => change(reason.id, { name }) : null} />
            {reason.archivedAt && <Plain>Archived</Plain>}
            {may && (
              <Button size="compact-xs" variant="default" onClick={() => void change(reason.id, { archived: !reason.archivedAt })}>
                {reason.archivedAt ? 'Bring back' : 'Archive'}
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
            <TextInput size="xs" aria-label="New reason" placeholder="New reason" dir="auto" value={name} onChange={(event) => setName(event.currentTarget.value)} />
            <Button size="xs" type="submit" disabled={name.trim() === ''}>
              Add
            </Button>
          </form>
        )}
      </div>
    </>
  );
}
