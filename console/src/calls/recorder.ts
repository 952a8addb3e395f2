import { useMutation } from 'urql';
import { payload } from '../api/errors';
import { showFault } from '../api/show-fault';
import { graphql } from '../gql';
import type { CallNewsFragment } from '../gql/graphql';

graphql(`
  fragment RecorderFields on Recording {
    id
    state
    call {
      id
      recordings {
        id
        state
        progress
      }
    }
  }
`);

const RecordingStart = graphql(`
  mutation RecordingStart($input: RecordingStartInput!) {
    recordingStart(input: $input) {
      recording {
        ...RecorderFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const RecordingPause = graphql(`
  mutation RecordingPause($input: RecordingPauseInput!) {
    recordingPause(input: $input) {
      recording {
        ...RecorderFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const RecordingResume = graphql(`
  mutation RecordingResume($input: RecordingResumeInput!) {
    recordingResume(input: $input) {
      recording {
        ...RecorderFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

const RecordingStop = graphql(`
  mutation RecordingStop($input: RecordingStopInput!) {
    recordingStop(input: $input) {
      recording {
        ...RecorderFields
      }
      userErrors {
        code
        message
      }
    }
  }
`);

/** The recording that runs or is paused. Finished ones don't count: another may begin. */
export function liveRecording(call: Pick<CallNewsFragment, 'recordings'> | null): { id: string; state: 'RECORDING' | 'PAUSED' } | null {
  for (const { id, state } of call?.recordings ?? []) if (state === 'RECORDING' || state === 'PAUSED') return { id, state };
  return null;
}

export type Recorder = ReturnType<typeof useRecorder>;

/** Recording by hand. What it is now comes with the call's news; a refusal is said in words. */
export function useRecorder(call: CallNewsFragment | null) {
  const [, start] = useMutation(RecordingStart);
  const [, pause] = useMutation(RecordingPause);
  const [resuming, resume] = useMutation(RecordingResume);
  const [, stop] = useMutation(RecordingStop);
  const current = liveRecording(call);
  const recordingId = current?.id ?? '';
  return {
    current,
    possible: current !== null || call?.state === 'IN_PROGRESS',
    resuming: resuming.fetching,
    start: () =>
      said('The recording did not start', async () => {
        payload(await start({ input: { callId: call?.id ?? '' } }), (data) => data.recordingStart);
      }),
    pause: (reason: string) =>
      said('The recording was not paused', async () => {
        payload(await pause({ input: { recordingId, reason } }), (data) => data.recordingPause);
      }),
    resume: () =>
      said('The recording does not go on', async () => {
        payload(await resume({ input: { recordingId } }), (data) => data.recordingResume);
      }),
    stop: () =>
      said('The recording was not stopped', async () => {
        payload(await stop({ input: { recordingId } }), (data) => data.recordingStop);
      }),
  };
}

async function said(title: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    showFault(error, title);
  }
}
