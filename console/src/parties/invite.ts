import { graphql } from '../gql';

export const LegInvite = graphql(`
  mutation LegInvite($input: LegInviteInput!) {
    legInvite(input: $input) {
      leg {
        id
        name
      }
      joinUrl
      userErrors {
        code
        message
      }
    }
  }
`);

export const LegRemove = graphql(`
  mutation LegRemove($input: LegRemoveInput!) {
    legRemove(input: $input) {
      leg {
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

/** Links that were made in this tab, by the leg that they are for: the platform hands each out once. */
export type Links = ReadonlyMap<string, string>;
