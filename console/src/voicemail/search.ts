/** The filters of the messages, and the one that is open, as they stand in the address. */
export interface VoicemailSearch {
  queue?: string;
  show?: 'unheard' | 'mine';
  open?: string;
}

export function voicemailSearch({ queue, show, open }: Record<string, unknown>): VoicemailSearch {
  return {
    ...(typeof queue === 'string' && queue !== '' ? { queue } : {}),
    ...(show === 'unheard' || show === 'mine' ? { show } : {}),
    ...(typeof open === 'string' && open !== '' ? { open } : {}),
  };
}
