/** PUTs a file where the platform said; fetch can't tell how far an upload is, XMLHttpRequest can. */
export function upload(url: string, file: Blob, onProgress: (share: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (lengthComputable) onProgress(loaded / total);
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve();
      // It answers in words for people.
      else reject(new Error(request.responseText.trim() || 'The file was not taken. Try again.'));
    };
    request.onerror = () => reject(new Error('The connection broke. Try again.'));
    request.send(file);
  });
}

const AUDIO_LIMIT = 20 * 1024 * 1024;

/** Uploads an audio file; `ask` gets the address for it, once it is known that the file will do. */
export async function uploadAudio(file: File, ask: () => Promise<string | null | undefined>, onProgress: (share: number) => void = () => undefined): Promise<void> {
  if (file.size > AUDIO_LIMIT) throw new Error('The file is too large: 20 MB at most.');
  const url = await ask();
  if (!url) throw new Error('The server sent no address for the file.');
  await upload(url, file, onProgress);
}
