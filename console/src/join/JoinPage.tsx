import { useParams } from '@tanstack/react-router';
import { LinkVisit } from './LinkVisit';

/** A contact's five minutes with us, on whatever phone there is. */
export function JoinPage() {
  const { token } = useParams({ from: '/join/$token' });
  return <LinkVisit key={token} joinToken={token} />;
}
