import { useCallback, useState } from 'react';
import { Provider } from 'urql';
import { Elsewhere } from './Elsewhere';
import { Ended } from './Ended';
import { GuestCall } from './GuestCall';
import { makeGuest } from './guest';
import { Invitation } from './Invitation';
import { Notice } from './Notice';
import { type Ready, takeUp } from './take-up';
import { UNUSABLE } from './unusable';
import { useVisit } from './visit';

type Step =
  | { name: 'invited' }
  | { name: 'in-call'; ready: Ready; inQueue: boolean }
  | { name: 'elsewhere'; inQueue: boolean }
  | { name: 'over'; reason: string }
  | { name: 'unusable'; why: keyof typeof UNUSABLE };

interface Props {
  joinToken: string;
  onAgain?: (() => void) | undefined;
}

/** A link from its opening to the thanks: asked, in the call, rated. */
export function LinkVisit({ joinToken, onAgain }: Props) {
  const [guest] = useState(() => makeGuest(joinToken));
  // A tab that was in the call already goes straight back to it.
  const [step, setStep] = useState<Step>(() =>
    guest.token.current() === null ? { name: 'invited' } : { name: 'in-call', ready: takeUp(guest, joinToken), inQueue: false },
  );

  const waitAgain = useCallback(() => setStep({ name: 'invited' }), []);
  const callBack = useCallback((joinUrl: string) => location.assign(joinUrl), []);

  return (
    <Provider value={guest.client}>
      {step.name === 'invited' && (
        <Invitation
          guest={guest}
          joinToken={joinToken}
          onReady={(ready, inQueue) => setStep({ name: 'in-call', ready, inQueue })}
          onUnusable={(why) => setStep({ name: 'unusable', why })}
        />
      )}
      {step.name === 'in-call' && (
        <GuestCall
          ready={step.ready}
          inQueue={step.inQueue}
          onOver={(reason) => setStep({ name: 'over', reason })}
          onTaken={() => setStep({ name: 'elsewhere', inQueue: step.inQueue })}
          onCallback={callBack}
        />
      )}
      {step.name === 'elsewhere' && (
        <Elsewhere onContinue={() => setStep({ name: 'in-call', ready: takeUp(guest, joinToken), inQueue: step.inQueue })} />
      )}
      {step.name === 'over' && <Ended reason={step.reason} onCallback={callBack} onAlive={waitAgain} onAgain={onAgain} />}
      {step.name === 'unusable' && <Unusable why={step.why} onAgain={onAgain} />}
    </Provider>
  );
}

function Unusable({ why, onAgain }: { why: keyof typeof UNUSABLE; onAgain?: (() => void) | undefined }) {
  useVisit({ state: 'ended', place: null }, null);
  return (
    <Notice kind={why === 'gone' ? 'expired' : 'over'} title={UNUSABLE[why].title} onAgain={onAgain}>
      {UNUSABLE[why].words}
    </Notice>
  );
}
