import { callJoin, graphqlSignalling, joinedOf } from '../call/graphql-signalling';
import { LiveCall } from '../call/live-call';
import { LocalMedia } from '../call/media';
import type { Joined } from '../call/signalling';
import type { Guest } from './guest';

/** A call that the guest is in, with the devices that go with it. */
export interface Ready {
  live: LiveCall;
  media: LocalMedia;
  /** What the first joining gave; null where a reload has to join again. */
  joined: Joined | null;
  /** Camera wanted at once; only asked where the media aren't open yet. */
  open: boolean;
}

export function begin(guest: Guest, joinToken: string, media: LocalMedia, joined: Joined | null): Ready {
  const signalling = graphqlSignalling(guest.client, {
    join: async () => {
      const join = await callJoin(guest.client, { joinToken });
      // Given again only when the link was bound anew.
      if (join.guestToken) guest.token.keep(join.guestToken);
      return join;
    },
    ends: null,
  });
  const live = new LiveCall(signalling, media, (configuration) => new RTCPeerConnection(configuration), new MediaStream());
  return { live, media, joined, open: joined === null };
}

/** After a reload: the same leg, the same answer to the consent, new media. */
export function takeUp(guest: Guest, joinToken: string): Ready {
  return begin(guest, joinToken, new LocalMedia(), null);
}

export { joinedOf };
