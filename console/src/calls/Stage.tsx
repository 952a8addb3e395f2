import type { ReactNode } from 'react';
import { useStatistics, useStream } from '../call/hooks';
import type { LocalMediaState } from '../call/media';
import { Face } from '../ui/Person';
import { columnsFor } from './columns';
import { partyWords, type Seen } from './party';
import styles from './Stage.module.css';
import { Tile } from './Tile';
import { Video } from './Video';

interface Props {
  parties: readonly Seen[];
  /** Whom one waits for while nobody is there, and what is going on. */
  blank: { name: string; words: string };
  /** What goes on in the place of what a party does, while one's own connection is in trouble. */
  words?: string | undefined;
  video: boolean;
  local: LocalMediaState;
  peer: RTCPeerConnection | null;
  /** What everybody has to know of the call now, above the pictures. */
  children?: ReactNode;
}

/** Loudness from which on somebody speaks rather than breathes. */
const SPEAKS = 0.02;
/** From so many on, oneself is one of the tiles; before, a small picture in the corner. */
const MANY = 3;

/** Everybody in the call. A shared screen takes the room, and the others move to its side. */
export function Stage({ parties, blank, words, video, local, peer, children }: Props) {
  const levels = useStatistics(peer)?.levels;
  const self = useStream(local.screen ?? local.video);
  const mirrored = local.screen === null;
  const screen = parties.find(({ screenOn, parked, slot }) => screenOn && !parked && slot !== null);
  const ordered = screen ? [screen, ...parties.filter((party) => party !== screen)] : parties;
  const selfIsTile = parties.length >= MANY || (screen !== undefined && parties.length > 1);
  const count = parties.length + (selfIsTile ? 1 : 0);
  const speaks = ({ slot, muted, parked }: Seen) => {
    const voice = slot?.stream.getTracks().find(({ kind }) => kind === 'audio');
    return !muted && !parked && voice !== undefined && (levels?.get(voice.id) ?? 0) > SPEAKS;
  };
  return (
    <div className={styles.stage}>
      {children}
      <div className={styles.room}>
        {parties.length === 0 ? (
          <div className={styles.blank} data-size="large">
            <Face name={blank.name} size={96} />
            <strong dir="auto">{blank.name}</strong>
            <span className={styles.words}>{blank.words}</span>
          </div>
        ) : (
          <ul className={styles.tiles} data-screen={screen !== undefined} style={columnsFor(count)} aria-label="In the call">
            {ordered.map((party) => (
              <Tile
                key={party.id}
                party={party}
                words={words ?? partyWords(party, video)}
                speaking={parties.length > 1 && speaks(party)}
                size={count > 2 ? 'small' : 'large'}
              />
            ))}
            {selfIsTile && (
              <li className={styles.tile}>
                {self ? (
                  <div className={styles.picture} data-shown="true">
                    <Video stream={self} mirrored={mirrored} label="Your own picture" className={styles.video} />
                  </div>
                ) : (
                  <div className={styles.blank} data-size="small">
                    <Face name="You" size={56} />
                  </div>
                )}
                <div className={styles.caption}>
                  <span>{local.screen ? 'Your screen' : 'You'}</span>
                </div>
              </li>
            )}
          </ul>
        )}
        {self && !selfIsTile && (
          <div className={styles.self}>
            <Video stream={self} mirrored={mirrored} label="Your own picture" className={styles.video} />
          </div>
        )}
      </div>
    </div>
  );
}
