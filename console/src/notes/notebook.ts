import type { Client } from '@urql/core';
import { payload } from '../api/errors';
import { graphql } from '../gql';
import type { Notebook, SavedNote } from './autosave';

graphql(`
  fragment NoteFields on Note {
    id
    version
    body
    createdAt
    updatedAt
    author {
      id
      name
    }
  }
`);

const NoteCreate = graphql(`
  mutation NoteCreate($input: NoteCreateInput!) {
    noteCreate(input: $input) {
      note {
        ...NoteFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const NoteUpdate = graphql(`
  mutation NoteUpdate($input: NoteUpdateInput!) {
    noteUpdate(input: $input) {
      note {
        ...NoteFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const NoteNow = graphql(`
  query NoteNow($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Note {
        ...NoteFields
      }
    }
  }
`);

export interface NoteSubject {
  callId?: string;
  contactId?: string;
}

export function notebookOf(client: Client, subject: NoteSubject): Notebook {
  const needed = (note: SavedNote | null | undefined) => {
    if (!note) throw new Error('The server sent no note.');
    return note;
  };
  return {
    create: async (body, idempotencyKey) => {
      const result = await client.mutation(NoteCreate, { input: { body, ...subject, idempotencyKey } }).toPromise();
      return needed(payload(result, (data) => data.noteCreate).note);
    },
    update: async ({ id, version }, body) => {
      const result = await client.mutation(NoteUpdate, { input: { noteId: id, version, body } }).toPromise();
      return needed(payload(result, (data) => data.noteUpdate).note);
    },
    read: async (id) => {
      const { data, error } = await client.query(NoteNow, { id }, { requestPolicy: 'network-only' }).toPromise();
      if (error) throw error;
      return data?.node?.__typename === 'Note' ? data.node : null;
    },
  };
}
