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

export const InvitationWithdraw = graphql(`
  mutation InvitationWithdraw($input: InvitationWithdrawInput!) {
    invitationWithdraw(input: $input) {
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
