import { Button, FileButton } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';

interface Props {
  children: string;
  size?: 'xs' | 'sm';
  loading: boolean;
  onFile: (file: File) => void;
}

/** Asks for an audio file of any format that the platform converts. */
export function AudioButton({ children, size = 'sm', loading, onFile }: Props) {
  const take = (file: File | null) => {
    if (file) onFile(file);
  };
  return (
    <FileButton accept="audio/*,video/ogg,.opus,.flac,.aif,.aiff" onChange={take}>
      {(props) => (
        <Button {...props} size={size} loading={loading} leftSection={<IconUpload size={16} aria-hidden="true" />}>
          {children}
        </Button>
      )}
    </FileButton>
  );
}
