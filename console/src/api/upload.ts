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
