import { ActionIcon, Menu } from '@mantine/core';
import { IconDots, IconMicrophoneOff, IconX } from '@tabler/icons-react';
import { useMutation } from 'urql';
import { attempt } from '../api/attempt';
import type { Hold } from '../calls/hold';
import { LinkField } from '../calls/LinkField';
import { isOutsider, isPresent } from '../calls/party';
import type { CallNewsFragment } from '../gql/graphql';
import { Face } from '../ui/Person';
import { InvitationWithdraw, LegRemove } from './invite';
import styles from './Parties.module.css';
import { roleWords, stateWords } from './words';

interface Props {
  call: CallNewsFragment;
  myLegId: string | null;
  hold: Hold;
}

/** Everybody who is in the call or is awaited, and what can be done with each. */
export function PartyList({ call, myLegId, hold }: Props) {
  const legs = call.legs.filter(({ state, audience }) => state !== 'LEFT' && audience !== 'NOBODY');
  const asked = call.offers.filter(({ state, purpose }) => purpose === 'INVITATION' && (state === 'PENDING' || state === 'ACCEPTED'));
  if (legs.length + asked.length < 3) return null;
  // The call's own contact can't be put out of it: ending the call does that.
  const first = call.legs.find(({ role }) => role === 'CONTACT')?.id;
  const heldAlone = legs.filter((leg) => isOutsider(leg) && isPresent(leg)).length > 1;
  return (
    <section className={styles.parties} aria-labelledby="parties">
      <h3 id="parties">In the call</h3>
      <ul>
        {legs.map((leg) => (
          <li key={leg.id}>
            <div className={styles.party}>
              <Face name={leg.name} size={28} />
              <span className={styles.who}>
                <span className={styles.name} dir="auto">
                  {leg.name}
                </span>
                <span className={styles.state}>
                  {leg.id === myLegId ? 'You' : roleWords(leg.role)} · {stateWords(leg)}
                </span>
              </span>
              {leg.muted && isPresent(leg) && <IconMicrophoneOff size={16} role="img" aria-label="Muted" />}
              {leg.id !== myLegId && leg.role !== 'SUPERVISOR' && (
                <Deeds leg={leg} hold={hold} holdable={heldAlone && isOutsider(leg) && isPresent(leg)} removable={leg.id !== first} />
              )}
            </div>
            {leg.joinUrl && <LinkField url={leg.joinUrl} label={`Link for ${leg.name}`} />}
          </li>
        ))}
        {asked.map(({ id, agent }) => (
          <li key={id}>
            <div className={styles.party}>
              <Face name={agent.user.name} size={28} />
              <span className={styles.who}>
                <span className={styles.name} dir="auto">
                  {agent.user.name}
                </span>
                <span className={styles.state}>Colleague · Being asked</span>
              </span>
              <Withdraw offerId={id} name={agent.user.name} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Withdraw({ offerId, name }: { offerId: string; name: string }) {
  const [{ fetching }, withdraw] = useMutation(InvitationWithdraw);
  const press = () => void attempt(() => withdraw({ input: { offerId } }), (data) => data.invitationWithdraw);
  return (
    <ActionIcon aria-label={`No longer ask ${name}`} loading={fetching} onClick={press}>
      <IconX size={18} />
    </ActionIcon>
  );
}

interface DeedsProps {
  leg: CallNewsFragment['legs'][number];
  hold: Hold;
  holdable: boolean;
  removable: boolean;
}

function Deeds({ leg, hold, holdable, removable }: DeedsProps) {
  const [, remove] = useMutation(LegRemove);
  if (!holdable && !removable) return null;
  const putOut = () => void attempt(() => remove({ input: { legId: leg.id } }), (data) => data.legRemove);
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon aria-label={`What to do with ${leg.name}`}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {holdable && (
          <Menu.Item onClick={() => void hold.set(!leg.parked, leg.id)}>{leg.parked ? 'Take off hold' : 'Put on hold'}</Menu.Item>
        )}
        {removable && (
          <Menu.Item color="red" onClick={putOut}>
            {leg.state === 'INVITED' ? 'Withdraw the invitation' : 'Put out of the call'}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
