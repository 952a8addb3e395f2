// Prints a call and its recording for people.

const seconds = (value) => (value === null || value === undefined ? '–' : `${value.toFixed(1)} s`);
const line = (name, value) => console.log(`  ${name.padEnd(12)}${value}`);

export function printCall(call) {
  console.log(`\nCall ${call.id}`);
  line('ended', `${call.result} (${call.endReason ?? 'no reason given'})`);
  line('parties', call.legs.map((leg) => `${leg.name} (${leg.role.toLowerCase()})`).join(', '));
  console.log('\nEvents');
  const start = Date.parse(call.createdAt);
  for (const event of call.events) {
    const after = ((Date.parse(event.at) - start) / 1000).toFixed(2).padStart(8);
    console.log(`  ${after} s  ${event.kind.padEnd(20)} ${[event.actor, event.detail].filter(Boolean).join(': ')}`);
  }
  console.log('\nIntervals');
  for (const { kind, startedAt, endedAt } of call.intervals) {
    line(kind, seconds((Date.parse(endedAt) - Date.parse(startedAt)) / 1000));
  }
  line('whole call', seconds(call.durationSeconds));
}

export function printRecording(recording, playback, ladder) {
  console.log(`\nRecording ${recording.id}`);
  line('state', recording.state);
  line('length', seconds(recording.durationSeconds));
  line('size', recording.bytes === null ? '–' : `${(recording.bytes / 1e6).toFixed(2)} MB`);
  line('SHA-256', recording.sha256 ?? '–');
  console.log('\nRenditions');
  for (const { name, width, height, kbps, codecs } of recording.renditions) {
    line(name, `${width ? `${width}×${height}` : 'audio only'}, ${kbps} kbit/s, ${codecs}`);
  }
  console.log('\nPlayback');
  line('stream', playback.hlsUrl);
  line('download', playback.downloadUrl);
  line('valid until', playback.expiresAt);
  for (const { address, segments } of ladder) line('checked', `${address}: ${segments} segments answer`);
}

export function printMeasures(measures) {
  console.log('\nMeasured');
  for (const [name, value] of Object.entries(measures)) console.log(`  ${name.padEnd(44)}${value}`);
}
