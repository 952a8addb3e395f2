import { useMutation } from 'urql';
import { attempt } from '../api/attempt';
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
      attempt(() => start({ input: { callId: call?.id ?? '' } }), (data) => data.recordingStart, 'The recording did not start'),
    pause: (reason: string) =>
      attempt(() => pause({ input: { recordingId, reason } }), (data) => data.recordingPause, 'The recording was not paused'),
    resume: () => attempt(() => resume({ input: { recordingId } }), (data) => data.recordingResume, 'The recording does not go on'),
    stop: () => attempt(() => stop({ input: { recordingId } }), (data) => data.recordingStop, 'The recording was not stopped'),
  };
}
