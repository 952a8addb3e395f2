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
  #session = null;

  constructor(url) {
    this.#url = url;
  }

  async #ask(query, variables) {
    const response = await fetch(`${this.#url}/graphql`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(this.#session && { Authorization: `Bearer ${this.#session.accessToken}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors?.length) throw new Error(`${errors[0].extensions?.code ?? 'error'}: ${errors[0].message}`);
    return data;
  }

  async signIn(email, password) {
    const { sessionCreate } = await this.#ask(
      `mutation SignIn($input: SessionCreateInput!) {
        sessionCreate(input: $input) { session { accessToken refreshToken } userErrors { code message } }
      }`,
      { input: { email, password } },
    );
    this.#keep(sessionCreate);
  }

  /** For a long demo: an access token lives ten minutes. */
  async refresh() {
    const { sessionRefresh } = await this.#ask(
      `mutation Refresh($input: SessionRefreshInput!) {
        sessionRefresh(input: $input) { session { accessToken refreshToken } userErrors { code message } }
      }`,
      { input: { refreshToken: this.#session.refreshToken } },
    );
    this.#keep(sessionRefresh);
  }

  #keep(payload) {
    refuse(payload);
    this.#session = payload.session;
  }

  /** Anybody who can be called; made up where there is nobody yet. */
  async someContact() {
    const { contacts } = await this.#ask('{ contacts(first: 1) { edges { node { id name } } } }');
    if (contacts.edges.length > 0) return contacts.edges[0].node;
    const { contactCreate } = await this.#ask(
      `mutation Create($input: ContactCreateInput!) {
        contactCreate(input: $input) { contact { id name } userErrors { code message } }
      }`,
      { input: { name: 'Dana Demo' } },
    );
    refuse(contactCreate);
    return contactCreate.contact;
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
