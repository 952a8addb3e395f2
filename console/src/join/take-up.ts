import { payload, Refused } from '../api/errors';
import { callJoin, graphqlSignalling } from '../call/graphql-signalling';
import { LiveCall } from '../call/live-call';
import { LocalMedia } from '../call/media';
import type { Joined } from '../call/signalling';
import type { JoinFieldsFragment } from '../gql/graphql';
import { ConsentGive } from './ConsentQuestion';
import type { Guest } from './guest';

/** A call that the guest is in, with the devices that go with it. */
export interface Ready {
  live: LiveCall;
  media: LocalMedia;
  guest: Guest;
  /** What the first joining gave; null where a reload has to join again. */
  joined: Joined | null;
  /** The devices have yet to be asked for. */
  open: boolean;
}

/**
 * Joins by the link and keeps its token. A link that is bound anew has forgotten the answer about
 * recording: it is given again.
 */
export async function joinAsGuest(
  guest: Guest,
  joinToken: string,
  consent: boolean | null,
  generation: number | null = null,
): Promise<JoinFieldsFragment> {
  const join = await callJoin(guest.client, { joinToken, idempotencyKey: guest.key, generation });
  if (join.guestToken) guest.token.keep(join.guestToken);
  if (join.consentWording && consent !== null) {
    const input = { legId: join.leg.id, given: consent };
    payload(await guest.client.mutation(ConsentGive, { input }).toPromise(), (given) => given.consentGive);
  }
  return join;
}

interface Beginning {
  media: LocalMedia;
  joined: Joined | null;
  open: boolean;
  consent: boolean | null;
}

/** No more than that is known: the platform says it so to everybody, and so does a page that was not there at the end. */
export const OVER = 'This call is over.';

export function begin(guest: Guest, joinToken: string, { media, joined, open, consent }: Beginning): Ready {
  const join = (generation: number | null) =>
    joinAsGuest(guest, joinToken, consent, generation).catch((error: unknown) => {
      // The words about the link are for strangers: whoever was in the call by it needs no new one.
      throw error instanceof Refused && error.code === 'LINK_EXPIRED' ? new Refused({ code: 'CALL_ENDED', message: OVER }) : error;
    });
  const signalling = graphqlSignalling(guest.client, { join, ends: () => null });
  const live = new LiveCall(signalling, media, (configuration) => new RTCPeerConnection(configuration), () => new MediaStream());
  return { live, media, guest, joined, open };
}

/** After a reload: the same leg, the same answer to the consent, new media. */
export function takeUp(guest: Guest, joinToken: string, consent: boolean | null = null): Ready {
  return begin(guest, joinToken, { media: new LocalMedia(), joined: null, open: true, consent });
}
