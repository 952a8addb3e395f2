/** PUTs a file where the platform said; fetch can't tell how far an upload is, XMLHttpRequest can. */
export function upload(url: string | null | undefined, file: Blob, onProgress: (share: number) => void = () => undefined): Promise<void> {
  if (!url) return Promise.reject(new Error('The server sent no address for the file.'));
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

/** Throws where an audio file will not be taken; to be asked before anything is made for it. */
export function checkAudio(file: File): void {
  if (file.size > AUDIO_LIMIT) throw new Error('The file is too large: 20 MB at most.');
}
