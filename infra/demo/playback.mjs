// Reads a recording as a player would: the master playlist, each variant, and each segment's beginning.

const lines = (playlist) => playlist.split('\n').map((text) => text.trim());

async function read(url, headers = {}) {
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`${response.status} for ${new URL(url).pathname.split('/').pop()}`);
  return response;
}

/** Each variant's address and how many segments it has; fails if any of them doesn't answer. */
export async function readLadder(hlsUrl) {
  const master = lines(await (await read(hlsUrl)).text());
  const inTags = master.flatMap((text) => (text.startsWith('#EXT-X-MEDIA') ? (text.match(/URI="([^"]+)"/)?.[1] ?? []) : []));
  const variants = [...new Set([...master.filter((text) => text && !text.startsWith('#')), ...inTags])];
  return Promise.all(
    variants.map(async (address) => {
      const playlist = new URL(address, hlsUrl);
      const segments = lines(await (await read(playlist)).text()).filter((text) => text && !text.startsWith('#'));
      for (const segment of segments) {
        const answer = await read(new URL(segment, playlist), { Range: 'bytes=0-99' });
        if ((await answer.arrayBuffer()).byteLength === 0) throw new Error(`${segment} is empty`);
      }
      return { address, segments: segments.length };
    }),
  );
}
