// The demo call itself; infra/demo-call prepares what it needs.
import { setTimeout as sleep } from 'node:timers/promises';
import { Api } from './api.mjs';
import { hangUp, joinCall, person, placeCall } from './pages.mjs';
import { readLadder } from './playback.mjs';
import { printCall, printMeasures, printRecording } from './report.mjs';

const { DEMO_URL: url, DEMO_FOLDER: folder, DEMO_SHOW: show } = process.env;
const seconds = Number(process.env.DEMO_SECONDS);
const agentUser = { email: 'agent1@example.com', password: 'cordboard-demo' };
/** Media must flow within this after the contact joined. */
const MEDIA_LIMIT_MS = 15_000;
/** What preparing a recording may take, besides its own length. */
const READY_LIMIT_MS = 120_000;

const step = (words) => console.log(`• ${words}`);
const ms = (value) => `${Math.round(value)} ms`;

const api = new Api(url);
const [agent, contact] = await Promise.all([person('agent', folder), person('contact', folder)]);
try {
  await run();
} catch (error) {
  await Promise.allSettled([agent.show(), contact.show()]);
  console.error(`failed: ${error.message}`);
  for (const problem of [...agent.problems, ...contact.problems]) console.error(`  in a page: ${problem}`);
  console.error(`  pictures of both pages are in ${folder}`);
  process.exitCode = 1;
} finally {
  await Promise.all([agent.close(), contact.close()]);
}

async function run() {
  step(`signing in as ${agentUser.email}`);
  await api.signIn(agentUser.email, agentUser.password);
  const called = await api.someContact();
  step(`placing a video call to ${called.name}`);
  const { id, joinUrl } = await placeCall(agent, url, called, agentUser);
  step('the contact opens the link, agrees to the recording and joins');
  const joinedAt = await joinCall(contact, joinUrl);
  const firstMedia = await Promise.all([agent.firstMedia(MEDIA_LIMIT_MS), contact.firstMedia(MEDIA_LIMIT_MS)]);
  step(`talking for ${seconds} s`);
  const talked = await talk();
  step('hanging up');
  const hungUpAt = await hangUp(agent);
  await api.refresh();
  const call = await untilReady(id, hungUpAt);
  const readyAt = Date.now();
  const recording = call.recordings[0];
  const playback = await api.play(recording.id);
  const ladder = await readLadder(playback.hlsUrl);

  printCall(call);
  printRecording(recording, playback, ladder);
  printMeasures({
    'contact joins → agent sees and hears': ms(firstMedia[0] - joinedAt),
    'contact joins → contact sees and hears': ms(firstMedia[1] - joinedAt),
    'accept → media both ways, as the call says': call.setupSeconds === null ? '–' : ms(call.setupSeconds * 1000),
    'hanging up → recording READY': `${((readyAt - hungUpAt) / 1000).toFixed(1)} s`,
    'agent received': talked[0],
    'contact received': talked[1],
  });
}

/** Lets them talk, then says what each received, and insists that it was speech and a moving picture. */
async function talk() {
  const people = [agent, contact];
  const before = await Promise.all(people.map((one) => one.media()));
  await sleep(seconds * 1000);
  if (show) await Promise.all(people.map((one) => one.show()));
  const after = await Promise.all(people.map((one) => one.media()));
  return after.map((now, index) => {
    const frames = now.frames - before[index].frames;
    const energy = now.audioEnergy - before[index].audioEnergy;
    if (frames < seconds || energy <= 0) throw new Error(`one side got ${frames} frames and audio energy ${energy}`);
    return `${now.width}×${now.height} at ${(frames / seconds).toFixed(1)} frames/s, audio energy ${energy.toFixed(3)}, ${now.lost} packets lost`;
  });
}

async function untilReady(id, since) {
  let told = '';
  for (;;) {
    const call = await api.call(id);
    const recording = call.recordings[0];
    const state = recording ? `${recording.state}${recording.progress ? ` ${Math.round(recording.progress * 100)} %` : ''}` : 'none';
    if (state !== told) step(`recording: ${(told = state)}`);
    if (recording?.state === 'READY') return call;
    if (recording?.state === 'FAILED') throw new Error(`the recording failed: ${recording.failure}`);
    if (Date.now() - since > READY_LIMIT_MS + seconds * 1000) throw new Error('the recording was not READY in time');
    await sleep(250);
  }
}
