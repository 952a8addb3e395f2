import { Notice } from './Notice';
import { useVisit } from './visit';

/** A copy of this page has the call. It comes back when the visitor says so: by themselves the two would fight for it. */
export function Elsewhere({ onContinue }: { onContinue: () => void }) {
  useVisit({ state: 'form', place: null }, null);
  return (
    <Notice kind="elsewhere" title="Your call goes on in another window" onMain={onContinue} main="Continue here">
      You can close this one, or go on with the call here.
    </Notice>
  );
}
