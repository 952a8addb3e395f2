// The few GraphQL operations of the demo call, on the public schema.

const CALL = `query Call($id: ID!) {
  node(id: $id) {
    ... on Call {
      id state result media createdAt answeredAt endedAt endReason
      durationSeconds setupSeconds
      intervals { kind startedAt endedAt }
      legs { role name consent { given } }
      events(first: 100) { edges { node { at kind actor detail } } }
      recordings {
        id state progress startedAt durationSeconds bytes sha256 failure
        renditions { name width height kbps codecs }
      }
    }
  }
}`;

export class Api {
  #url;
  #token = null;

  constructor(url) {
    this.#url = url;
  }

  async #ask(query, variables) {
    const response = await fetch(`${this.#url}/graphql`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(this.#token && { Authorization: `Bearer ${this.#token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors?.length) throw new Error(`${errors[0].extensions?.code ?? 'error'}: ${errors[0].message}`);
    return data;
  }

  /** Also to be called again in a long demo: an access token lives ten minutes. */
  async signIn(email, password) {
    this.#token = null;
    const { sessionCreate } = await this.#ask(
      `mutation SignIn($input: SessionCreateInput!) {
        sessionCreate(input: $input) { session { accessToken } userErrors { code message } }
      }`,
      { input: { email, password } },
    );
    refuse(sessionCreate);
    this.#token = sessionCreate.session.accessToken;
  }

  async someContact() {
    const { contacts } = await this.#ask('{ contacts(first: 1) { edges { node { id name } } } }');
    const contact = contacts.edges[0]?.node;
    if (!contact) throw new Error('there is no contact to call: was `api demo-data` run?');
    return contact;
  }

  async call(id) {
    const { node } = await this.#ask(CALL, { id });
    return { ...node, events: node.events.edges.map((edge) => edge.node) };
  }

  async play(recordingId) {
    const { recordingPlay } = await this.#ask(
      `mutation Play($input: RecordingPlayInput!) {
        recordingPlay(input: $input) { playback { hlsUrl downloadUrl posterUrl expiresAt } userErrors { code message } }
      }`,
      { input: { recordingId, reason: 'Demo call' } },
    );
    refuse(recordingPlay);
    return recordingPlay.playback;
  }
}

function refuse({ userErrors }) {
  if (userErrors.length > 0) throw new Error(`${userErrors[0].code}: ${userErrors[0].message}`);
}
