import type { Client } from '@urql/core';
import { explain, payload } from '../api/errors';
import { hear } from '../api/hear';
import { idempotencyKey } from '../api/key';
import { upload } from '../api/upload';
import { graphql } from '../gql';
import type { ChatNewsSubscription } from '../gql/graphql';
import type { Message, World } from './chat';

graphql(`
  fragment MessageFields on Message {
    id
    body
    at
    from {
      id
      role
      name
    }
    file {
      id
      name
      contentType
      bytes
      url
    }
  }
`);

const ChatHistory = graphql(`
  query ChatHistory($callId: ID!, $before: String) {
    call(id: $callId) {
      id
      messages(last: 50, before: $before) {
        nodes {
          ...MessageFields
        }
        pageInfo {
          hasPreviousPage
          startCursor
        }
      }
    }
  }
`);

const ChatNews = graphql(`
  subscription ChatNews($callId: ID!, $after: String) {
    callEvents(callId: $callId, after: $after) {
      cursor
      kind
      message {
        ...MessageFields
      }
    }
  }
`);

const MessageSend = graphql(`
  mutation MessageSend($input: MessageSendInput!) {
    messageSend(input: $input) {
      message {
        ...MessageFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const MessageFileCreate = graphql(`
  mutation MessageFileCreate($input: MessageFileCreateInput!) {
    messageFileCreate(input: $input) {
      file {
        id
      }
      uploadUrl
      userErrors {
        code
        message
      }
    }
  }
`);

/** The chat of a call on the real platform, for whoever the client stands for. */
export function chatWorld(client: Client, callId: string, isMine: (message: Message) => boolean): World {
  const place = `cordboard.chat.${callId}`;
  return {
    read: async (before) => {
      const result = await client.query(ChatHistory, { callId, before }, { requestPolicy: 'network-only' }).toPromise();
      if (result.error) throw result.error;
      const { nodes, pageInfo } = result.data?.call?.messages ?? { nodes: [], pageInfo: null };
      return { messages: nodes, before: pageInfo?.hasPreviousPage ? (pageInfo.startCursor ?? null) : null };
    },
    upload: async (file, onProgress) => {
      const input = { callId, name: file.name, contentType: file.type || 'text/plain', bytes: file.size };
      const created = payload(await client.mutation(MessageFileCreate, { input }).toPromise(), (data) => data.messageFileCreate);
      if (!created.file || !created.uploadUrl) throw new Error('The server gave no place for the file.');
      await upload(created.uploadUrl, file, onProgress);
      return created.file.id;
    },
    send: async (body, fileId, key) => {
      const input = { callId, body, idempotencyKey: key, ...(fileId === null ? {} : { fileId }) };
      const { message } = payload(await client.mutation(MessageSend, { input }).toPromise(), (data) => data.messageSend);
      if (!message) throw new Error('The server sent no message.');
      return message;
    },
    listen: (onMessage, onGap) => {
      const onNews = ({ callEvents: { message } }: ChatNewsSubscription) => {
        if (message) onMessage(message);
      };
      return hear(client, ChatNews, { onNews, onGap }, { callId });
    },
    isMine,
    key: idempotencyKey,
    seen: {
      read: () => guard(() => sessionStorage.getItem(place)),
      write: (id) => void guard(() => sessionStorage.setItem(place, id)),
    },
    explain,
  };
}

/** A page in another site's frame may have no storage: then all is unread again after a reload. */
function guard<Answer>(work: () => Answer): Answer | null {
  try {
    return work();
  } catch {
    return null;
  }
}
