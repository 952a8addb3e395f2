import { Button, Menu } from '@mantine/core';
import {
  IconAlertTriangle,
  IconChevronDown,
  IconPhoneIncoming,
  IconPhoneOff,
  IconPhoneOutgoing,
  IconTransfer,
  IconUsersPlus,
  IconVideo,
} from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useInbox, useWorkspace } from '../app/workspace';
import { faultWords } from '../calls/live-words';
import { otherSide } from '../calls/words';
import { cameOf } from '../contacts/history';
import { Face } from '../ui/Person';
import { Since, useNow, When } from '../ui/Time';
import { cardOf } from './card';
import type { Offer } from './inbox';
import styles from './OfferDock.module.css';

/** Enter in whatever was being typed must not accept a call that came up under it. */
const DEAF_MS = 600;
const ICONS = { QUEUE: IconPhoneIncoming, CALL: IconPhoneIncoming, TRANSFER: IconTransfer, INVITATION: IconUsersPlus } as const;
const REASONS = ['In a conversation', 'Not my field', 'Technical trouble'];

export function OfferCard({ offer }: { offer: Offer }) {
  const { inbox } = useWorkspace().offers;
  const { accepting, fault } = useInbox();
  const element = useRef<HTMLElement>(null);
  const card = cardOf(offer);
  const Icon = offer.callback ? IconPhoneOutgoing : ICONS[offer.purpose];
  const since = useRef(0);
  const mine = fault?.offerId === offer.id ? fault : null;
  const { call, visit } = offer;
  const name = otherSide(offer.call);

  // The card takes the focus, and gives it back to where it was.
  useEffect(() => {
    since.current = performance.now();
    const before = document.activeElement;
    const held = element.current;
    held?.focus({ preventScroll: true });
    return () => {
      const holds = held?.contains(document.activeElement) || document.activeElement === document.body;
      if (holds && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);

  const accept = () => void inbox.accept(offer.id);
  const decline = (reason: string | null) => void inbox.decline(offer.id, reason);

  return (
    <section
      ref={element}
      className={styles.card}
      role="alertdialog"
      aria-labelledby={`offer-${offer.id}`}
      tabIndex={-1}
      onKeyDown={(event) => {
        const meant = performance.now() - since.current >= DEAF_MS;
        if (event.key === 'Enter' && event.target === event.currentTarget && meant) accept();
      }}
    >
      <div className={styles.head}>
        <Icon size={20} aria-hidden="true" />
        <span className={styles.what} dir="auto">
          {card.head}
        </span>
        <Seconds offer={offer} />
      </div>
      <Ring offer={offer} />
      <div className={styles.body}>
        <div className={styles.who}>
          <Face name={name} size={48} />
          <div>
            <div className={styles.name} id={`offer-${offer.id}`} dir="auto" title={name}>
              {name}
            </div>
            <div className={styles.quiet} dir="auto">
              {call.contact?.company?.name ?? (call.contact ? 'No company' : call.direction === 'INTERNAL' ? 'A colleague of yours' : 'Not in the contacts')}
            </div>
          </div>
        </div>
        {!call.contactVerified && call.direction !== 'INTERNAL' && (
          <span className={styles.unverified}>
            <IconAlertTriangle size={16} aria-hidden="true" />
            Unverified: the name is only what the caller said
          </span>
        )}
        <div>
          {visit ? (
            <>
              <strong dir="auto">{visit.queue.name}</strong>
              <span className={styles.quiet}>
                {' · '}
                waiting <Since at={visit.enteredAt} />
              </span>
            </>
          ) : (
            <strong>For you alone</strong>
          )}
          {call.media === 'VIDEO' && <span className={styles.quiet}> · Video</span>}
        </div>
        {call.subject && (
          <p className={styles.subject} dir="auto">
            {call.subject}
          </p>
        )}
        {card.about && (
          <p className={styles.subject} dir="auto">
            {card.about}
          </p>
        )}
        {offer.callback && <p className={styles.subject}>Asked to be called back. When you accept, the contact is rung by a link.</p>}
        <LastCalls offer={offer} />
        {mine && (
          <div className={styles.fault} role="alert">
            {mine.device ? faultWords({ kind: 'audio', reason: mine.device }) : mine.words} The call was not accepted.
          </div>
        )}
        <div className={styles.buttons}>
          <Button
            size="md"
            color="var(--go)"
            loading={accepting === offer.id}
            onClick={accept}
            leftSection={call.media === 'VIDEO' ? <IconVideo size={20} aria-hidden="true" /> : <IconPhoneIncoming size={20} aria-hidden="true" />}
          >
            Accept <span className={styles.key}>(Enter)</span>
          </Button>
          <Menu position="top-end">
            <Menu.Target>
              <Button
                size="md"
                variant="default"
                disabled={accepting === offer.id}
                leftSection={<IconPhoneOff size={20} aria-hidden="true" />}
                rightSection={<IconChevronDown size={16} aria-hidden="true" />}
              >
                Decline
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {REASONS.map((reason) => (
                <Menu.Item key={reason} onClick={() => decline(reason)}>
                  {reason}
                </Menu.Item>
              ))}
              <Menu.Divider />
              <Menu.Item onClick={() => decline(null)}>Without a reason</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      </div>
    </section>
  );
}

function useLeft(offer: Offer, step: number): { seconds: number; share: number } {
  const { inbox } = useWorkspace().offers;
  useNow(step);
  const left = Math.max(0, inbox.remaining(offer));
  return { seconds: left / 1000, share: left / (Date.parse(offer.expiresAt) - Date.parse(offer.createdAt)) };
}

function Seconds({ offer }: { offer: Offer }) {
  const { seconds } = useLeft(offer, 250);
  // Read out once with the card, not every second.
  return <time aria-live="off">{Math.ceil(seconds)} s</time>;
}

function Ring({ offer }: { offer: Offer }) {
  const { share, seconds } = useLeft(offer, 100);
  return (
    <div className={styles.ring} data-late={seconds < 5} aria-hidden="true">
      <span style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}

function LastCalls({ offer: { call } }: { offer: Offer }) {
  if (!call.contact) return null;
  const last = call.contact.history.nodes;
  if (last.length === 0) return <span className={styles.quiet}>The first call with this contact</span>;
  return (
    <ul className={styles.last} aria-label="Last calls">
      {last.map((one, index) => (
        <li key={index}>
          <span dir="auto">{cameOf(one)}</span>
          {one.agentName && (
            <span className={styles.quiet} dir="auto">
              {one.agentName}
            </span>
          )}
          <When at={one.at} />
        </li>
      ))}
    </ul>
  );
}
