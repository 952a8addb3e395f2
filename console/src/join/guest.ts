import type { Client } from '@urql/core';
import { makeClient, type TokenSource } from '../api/client';
import { makeSocket, type Socket } from '../api/socket';
import { guarded } from './guarded';

/**
 * The token that binds a link to this tab. It stays in the tab's storage, so that a reload goes on
 * and another tab doesn't.
 */
class GuestToken implements TokenSource {
  #key: string;

  constructor(joinToken: string) {
    this.#key = `cordboard.guest.${joinToken}`;
  }

  current(): string | null {
    return guarded.read(this.#key);
  }

  keep(token: string | null): void {
    guarded.write(this.#key, token);
  }

  /** It lives as long as the call; there is nothing to renew it with. */
  stale(): boolean {
    return false;
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }
}

export interface Guest {
  token: GuestToken;
  client: Client;
  socket: Socket;
}

export function makeGuest(joinToken: string): Guest {
  const token = new GuestToken(joinToken);
  const socket = makeSocket(token, () => undefined);
  return { token, socket, client: makeClient(token, socket) };
}
