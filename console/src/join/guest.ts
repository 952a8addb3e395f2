import type { Client } from '@urql/core';
import { makeClient, type TokenSource } from '../api/client';
import { idempotencyKey } from '../api/key';
import { makeSocket, type Socket } from '../api/socket';
import { guarded } from './guarded';

/**
 * The token that binds a link to this tab. It stays in the tab's storage, so that a reload goes on.
 * Another tab has it only where it is a copy of this one; then the call goes on there alone.
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

/**
 * By this the platform knows the tab again that never got the answer with its token. It stays as the
 * token does: a reload may be what the visitor tries first.
 */
function keyOf(joinToken: string): string {
  const name = `cordboard.guest-key.${joinToken}`;
  const kept = guarded.read(name);
  if (kept !== null) return kept;
  const key = idempotencyKey();
  guarded.write(name, key);
  return key;
}

export interface Guest {
  token: GuestToken;
  /** The same for every callJoin of this tab. */
  key: string;
  client: Client;
  socket: Socket;
}

export function makeGuest(joinToken: string): Guest {
  const token = new GuestToken(joinToken);
  const socket = makeSocket(token, () => undefined);
  return { token, key: keyOf(joinToken), socket, client: makeClient(token, socket) };
}
