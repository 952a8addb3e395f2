import { Button } from '@mantine/core';
import { useQuery } from 'urql';
import { CallAside } from '../calls/CallAside';
import full from '../calls/FullCall.module.css';
import { graphql } from '../gql';
import { ErrorState, Missing, Rows } from '../ui/states';
import { WrapUpForm } from './WrapUpForm';
import type { OpenWrapUp } from './WrapUpDock';
import styles from './WrapUp.module.css';

const WrapUpDocument = graphql(`
  query WrapUp($id: ID!) {
    call(id: $id) {
      ...WrapUpCall
    }
    outcomes(includeArchived: false) {
      id
      name
      success
    }
  }
`);

/** The form left, where the picture was; the contact stays beside it. */
export function WrapUpPanel({ wrapUp, open }: { wrapUp: OpenWrapUp; open: boolean }) {
  const id = wrapUp.call.id;
  const [{ data, error }, reload] = useQuery({ query: WrapUpDocument, variables: { id } });
  const again = () => reload({ requestPolicy: 'network-only' });
  return (
    // Laid aside it keeps what was typed.
    <section className={full.full} aria-label="Wrap-up of the call" hidden={!open} style={open ? undefined : { display: 'none' }}>
      <div className={styles.stage}>
        {error && !data?.call && <ErrorState error={error} retry={again} />}
        {!error && !data && <Rows count={6} height={56} />}
        {!error && data?.call === null && (
          <Missing what="call">
            <Button variant="default" onClick={again}>
              Try again
            </Button>
          </Missing>
        )}
        {data?.call && <WrapUpForm call={data.call} outcomes={data.outcomes} wrapUp={wrapUp} />}
      </div>
      <aside className={full.side}>
        <CallAside callId={id} withNotes={false} />
      </aside>
    </section>
  );
}
