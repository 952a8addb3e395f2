import type { Client } from '@urql/core';
import { payload } from '../api/errors';
import { hear } from '../api/hear';
import type { Desk } from '../call/desk';
import { joinedOf } from '../call/graphql-signalling';
import { LocalMedia } from '../call/media';
import { otherSide } from '../calls/words';
import { graphql } from '../gql';
import { Attention } from './attention';
import { cardOf } from './card';
import { Inbox, NoMicrophone, type Notice, type Offer } from './inbox';
import { Ringer } from './ringer';

graphql(`
  fragment OfferFields on Offer {
    id
    state
    createdAt
    expiresAt
    reason
    callback
    purpose
    askedBy {
      id
      user {
        id
        name
      }
    }
    transfer {
      id
      kind
      toQueue {
        id
        name
      }
    }
    agent {
      ...AgentStanding
    }
    call {
      id
      version
      direction
      media
      subject
      createdAt
      contactVerified
      legs {
        id
        role
        name
      }
      contact {
        id
        name
        company {
          id
          name
        }
        history(first: 3) {
          nodes {
            ...PastCallFields
          }
        }
      }
    }
    visit {
      id
      enteredAt
      queue {
        id
        name
      }
    }
  }
`);

const OffersArrived = graphql(`
  subscription OffersArrived($after: String) {
    offers(after: $after) {
      cursor
      at
      offer {
        ...OfferFields
      }
    }
  }
`);

const OffersNow = graphql(`
  query OffersNow($ids: [ID!]!) {
    nodes(ids: $ids) {
      __typename
      id
      ... on Offer {
        state
        reason
        agent {
          ...AgentStanding
        }
      }
    }
  }
`);

const OfferAccept = graphql(`
  mutation OfferAccept($input: OfferAcceptInput!) {
    offerAccept(input: $input) {
      offer {
        id
        state
      }
      join {
        ...JoinFields
      }
      joinUrl
      userErrors {
        code
        message
      }
    }
  }
`);

const OfferDecline = graphql(`
  mutation OfferDecline($input: OfferDeclineInput!) {
    offerDecline(input: $input) {
      offer {
        id
        state
      }
      userErrors {
        code
        message
      }
    }
  }
`);

export type AgentInbox = ReturnType<typeof openInbox>;

/**
 * The inbox on the real platform. Its subscription is also the agent's presence, so it is held from
 * the sign-in to the sign-out, whichever page is open.
 */
export function openInbox(client: Client, desk: Desk, noticed: (notice: Notice) => void) {
  const tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('cordboard-offers') : null;
  const ringer = new Ringer();
  const attention = new Attention();
  const inbox = new Inbox<LocalMedia>(
    {
      prepare: takeMicrophone,
      abandon: (media) => media.stop(),
      accept: async (offer) => {
        const result = await client.mutation(OfferAccept, { input: { offerId: offer.id } }).toPromise();
        const { join, joinUrl } = payload(result, (data) => data.offerAccept);
        if (!join) throw new Error('The server sent no way to join.');
        const ticket = { callId: offer.call.id, video: offer.call.media === 'VIDEO', joinUrl: joinUrl ?? null, name: otherSide(offer.call) };
        return (media) => desk.begin(ticket, { media, joined: joinedOf(join) });
      },
      decline: async (offer, reason) => {
        const input = { offerId: offer.id, ...(reason === null ? {} : { reason }) };
        // Whether it was still there to be declined changes nothing for whoever declined it.
        const { error } = await client.mutation(OfferDecline, { input }).toPromise();
        if (error) throw error;
      },
      now: () => Date.now(),
    },
    noticed,
    (offerId) => tabs?.postMessage(offerId),
  );
  tabs?.addEventListener('message', ({ data }: MessageEvent<string>) => inbox.settle(data));

  let rung: string | null = null;
  inbox.onChange(() => {
    const { offers, accepting } = inbox.state();
    const first = offers.find(({ id }) => id !== accepting) ?? null;
    if (first && first.id !== rung) {
      attention.start({ id: first.id, title: cardOf(first).title, body: bodyOf(first) });
      ringer.start();
    }
    if (!first && rung !== null) {
      attention.stop();
      ringer.stop();
    }
    rung = first?.id ?? null;
  });

  const lookAgain = async () => {
    const ids = inbox.state().offers.map(({ id }) => id);
    if (ids.length === 0) return;
    const { data } = await client.query(OffersNow, { ids }, { requestPolicy: 'network-only' }).toPromise();
    if (!data) return;
    const found = data.nodes.flatMap((node) => (node?.__typename === 'Offer' ? [node] : []));
    inbox.recheck(ids, found);
  };
  const stop = hear(client, OffersArrived, {
    onNews: ({ offers }) => inbox.receive(offers),
    onGap: () => void lookAgain(),
  });

  return {
    inbox,
    ringer,
    close() {
      stop();
      inbox.close();
      tabs?.close();
      attention.close();
      ringer.close();
    },
  };
}

async function takeMicrophone(video: boolean): Promise<LocalMedia> {
  const media = new LocalMedia();
  await media.open(video);
  const { audio, fault } = media.state();
  if (audio) return media;
  media.stop();
  throw new NoMicrophone(fault?.reason ?? 'missing');
}

function bodyOf(offer: Offer): string {
  return [cardOf(offer).about ?? offer.visit?.queue.name, offer.call.subject].filter(Boolean).join(' · ');
}
