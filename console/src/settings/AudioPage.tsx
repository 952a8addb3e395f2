import { Button, Progress, Switch, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { useMay } from '../agents/myself';
import { payload } from '../api/errors';
import { showFault } from '../api/show-fault';
import { graphql } from '../gql';
import type { AudioFileFieldsFragment } from '../gql/graphql';
import { clock } from '../ui/format';
import { AudioButton } from '../ui/AudioButton';
import { More } from '../ui/More';
import page from '../ui/page.module.css';
import { ErrorState, Rows } from '../ui/states';
import { Plain } from '../ui/Plain';
import { attempt } from '../api/attempt';
import { Name } from './Name';
import styles from './Settings.module.css';
import { checkAudio, upload } from '../api/upload';
import { usePolling } from '../ui/usePolling';

graphql(`
  fragment AudioFileFields on AudioFile {
    id
    name
    state
    durationSeconds
    failure
    url
  }
`);

const AudioFilesDocument = graphql(`
  query AudioFiles($includeArchived: Boolean!, $after: String) {
    audioFiles(first: 100, includeArchived: $includeArchived, after: $after) {
      totalCount
      nodes {
        ...AudioFileFields
        archivedAt
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const AudioFileCreate = graphql(`
  mutation AudioFileCreate($input: AudioFileCreateInput!) {
    audioFileCreate(input: $input) {
      audioFile {
        ...AudioFileFields
      }
      uploadUrl
      userErrors {
        code
        message
      }
    }
  }
`);

const AudioFileUpdate = graphql(`
  mutation AudioFileUpdate($input: AudioFileUpdateInput!) {
    audioFileUpdate(input: $input) {
      userErrors {
        code
        message
      }
    }
  }
`);

/** Music and announcements for those who wait: any common format, converted by the platform. */
export function AudioPage() {
  useDocumentTitle('Audio · Cordboard');
  const may = useMay('audioFileCreate');
  const [archived, setArchived] = useState(false);
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error, fetching }, reload] = useQuery({
    query: AudioFilesDocument,
    variables: { includeArchived: archived, after },
    requestPolicy: 'cache-and-network',
  });
  const [, create] = useMutation(AudioFileCreate);
  const [, update] = useMutation(AudioFileUpdate);
  const [progress, setProgress] = useState<{ name: string; share: number } | null>(null);
  const files = data?.audioFiles.nodes ?? [];
  const converting = files.some(({ state }) => state === 'WAITING' || state === 'CONVERTING');
  const show = (all: boolean) => {
    setArchived(all);
    setAfter(null);
  };
  // What changes is new, so it stands on the first page.
  const again = () => {
    setAfter(null);
    if (after === null) reload({ requestPolicy: 'network-only' });
  };
  usePolling(again, 1_500, converting);

  const take = async (file: File) => {
    setProgress({ name: file.name, share: 0 });
    let made: string | null = null;
    try {
      checkAudio(file);
      const name = file.name.replace(/\.[^.]+$/, '');
      const { audioFile, uploadUrl } = payload(await create({ input: { name } }), (result) => result.audioFileCreate);
      made = audioFile?.id ?? null;
      await upload(uploadUrl, file, (share) => setProgress({ name: file.name, share }));
    } catch (fault) {
      showFault(fault, `${file.name} was not uploaded`);
      // Nothing will come for it any more.
      if (made !== null) await update({ input: { audioFileId: made, archived: true } });
    } finally {
      setProgress(null);
      again();
    }
  };

  const change = async (audioFileId: string, part: { name?: string; archived?: boolean }) => {
    const done = await attempt(async () => update({ input: { audioFileId, ...part } }), (result) => result.audioFileUpdate);
    if (done) again();
    return done;
  };
  const archive = async ({ id, name, archivedAt }: (typeof files)[number]) => {
    if (!(await change(id, { archived: !archivedAt })) || archivedAt) return;
    notifications.show({ message: `${name} is in the archive.`, color: 'gray' });
  };

  return (
    <>
      <div className={styles.head}>
        <Title order={2}>Audio</Title>
        <span className={page.count}>{data?.audioFiles.totalCount}</span>
        {may && <Switch size="xs" label="With archived" checked={archived} onChange={(event) => show(event.currentTarget.checked)} />}
        {may && (
          <AudioButton loading={progress !== null} onFile={(file) => void take(file)}>
            Upload
          </AudioButton>
        )}
      </div>
      <p className={styles.note}>Music and announcements for contacts who wait. A queue’s page says which are played. Any common format, 20 MB at most.</p>
      <div className={page.card}>
        {progress && (
          <div className={styles.line}>
            <span className={styles.name}>
              <bdi>{progress.name}</bdi>
            </span>
            <Progress value={progress.share * 100} w={200} aria-label={`Uploading ${progress.name}`} />
          </div>
        )}
        {error && !data && <ErrorState error={error} retry={again} />}
        {!error && !data && <Rows count={3} height={54} />}
        {data && files.length === 0 && !progress && (
          <p className={styles.empty}>No files yet. Until there are, contacts hear the music that comes with Cordboard.</p>
        )}
        {files.map((file) => (
          <div key={file.id} className={styles.line}>
            <Name name={file.name} onRename={may ? (name) => change(file.id, { name }) : null} />
            {file.archivedAt && <Plain>Archived</Plain>}
            <State file={file} />
            {may && (
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`${file.archivedAt ? 'Bring back' : 'Archive'} ${file.name}`}
                onClick={() => void archive(file)}
              >
                {file.archivedAt ? 'Bring back' : 'Archive'}
              </Button>
            )}
          </div>
        ))}
        {data?.audioFiles.pageInfo.hasNextPage && <More onSeen={() => !fetching && setAfter(data.audioFiles.pageInfo.endCursor ?? null)} />}
      </div>
    </>
  );
}

function State({ file }: { file: AudioFileFieldsFragment }) {
  switch (file.state) {
    case 'WAITING':
      return <Plain>Waiting for the file</Plain>;
    case 'CONVERTING':
      return <Plain>Being converted</Plain>;
    case 'FAILED':
      return <span style={{ color: 'var(--fault)' }}>Failed: {file.failure ?? 'it could not be converted'}</span>;
    case 'READY':
      return (
        <>
          <span className={`${styles.quiet} figures`}>{file.durationSeconds == null ? '' : clock(file.durationSeconds)}</span>
          {file.url && <audio controls preload="none" src={file.url} aria-label={file.name} style={{ height: 32, maxWidth: 260 }} />}
        </>
      );
  }
}
