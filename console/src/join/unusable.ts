/** Why there is nothing (more) to join by a link: what stands on the page then. */
export const UNUSABLE = {
  gone: { title: 'This link can’t be used', words: 'The call is over, or the link was mistyped. Ask the person who sent it for a new one.' },
  missed: { title: 'We could not reach you', words: 'We tried to call you back, or the call-back was taken in another window.' },
  cancelled: { title: 'The call-back is cancelled', words: 'Nobody will call you.' },
} as const;
