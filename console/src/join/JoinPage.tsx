import { useDocumentTitle } from '@mantine/hooks';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Provider } from 'urql';
import { CallAsGuest } from './CallAsGuest';
import { makeGuest } from './guest';
import { Invitation } from './Invitation';
import { Notice } from './Notice';
import { type Ready, takeUp } from './take-up';

type Step =
  | { name: 'invited' }
  | { name: 'in-call'; ready: Ready }
  | { name: 'over'; reason: string }
  | { name: 'unusable'; reason: string };

/** A contact's five minutes with us, on whatever phone there is: asked, in the call, thanked. */
export function JoinPage() {
  const { token } = useParams({ from: '/join/$token' });
  return <Visit key={token} joinToken={token} />;
}

function Visit({ joinToken }: { joinToken: string }) {
  useDocumentTitle('Call · Cordboard');
  const [guest] = useState(() => makeGuest(joinToken));
  // A tab that was in the call already goes straight back to it.
  const [step, setStep] = useState<Step>(() =>
    guest.token.current() === null ? { name: 'invited' } : { name: 'in-call', ready: takeUp(guest, joinToken) },
  );

  return (
    <Provider value={guest.client}>
      {step.name === 'invited' && (
        <Invitation
          guest={guest}
          joinToken={joinToken}
          onReady={(ready) => setStep({ name: 'in-call', ready })}
          onUnusable={(reason) => setStep({ name: 'unusable', reason })}
        />
      )}
      {step.name === 'in-call' && (
        <CallAsGuest ready={step.ready} onOver={(reason) => setStep({ name: 'over', reason })} />
      )}
      {step.name === 'over' && (
        <Notice kind="thanks" title="Thank you for the call">
          {step.reason} You can close this page.
        </Notice>
      )}
      {step.name === 'unusable' && (
        <Notice kind="expired" title="This link can’t be used">
          {step.reason}
        </Notice>
      )}
    </Provider>
  );
}
