import '@mantine/core/styles.css';
import '@fontsource-variable/inter';
import { MantineProvider, Button } from '@mantine/core';
import { createRoot } from 'react-dom/client';
import './app/tokens.css';
import { theme } from './app/theme';
import { Stage } from './calls/Stage';
import { Band } from './calls/Band';
import type { Seen } from './calls/party';

const query = new URLSearchParams(location.search);
const count = Number(query.get('n') ?? 3);
const screen = query.get('screen') === '1';
const consult = query.get('consult') === '1';
const names = ['Ada Lovelace', 'Sam Agent', 'فاطمة الزهراء محمد', '👩‍🚀 Kim', 'A name of eighty characters that goes on and on and on until it is quite long', 'Robin', 'Cleo', 'Theo', 'Tara', 'Vera', 'Rita', 'Aud', 'Max', 'Eve', 'Bob'];
function stream(hue: number, tall: boolean) {
  const canvas = document.createElement('canvas');
  canvas.width = tall ? 360 : 640; canvas.height = tall ? 640 : 360;
  const context = canvas.getContext('2d')!;
  setInterval(() => { context.fillStyle = `hsl(${hue} 40% 45%)`; context.fillRect(0, 0, canvas.width, canvas.height); context.fillStyle = '#fff'; context.font = '40px sans-serif'; context.fillText(String(hue), 20, 60); }, 100);
  return canvas.captureStream(10);
}
const parties: Seen[] = Array.from({ length: count }, (_, i) => ({
  id: `leg_${i}`, role: i === 0 ? 'CONTACT' : 'AGENT', name: names[i % names.length]!, state: i === 5 ? 'RECONNECTING' : 'CONNECTED', audience: 'EVERYONE',
  parked: consult && i === 0, muted: i % 3 === 1, videoOn: i % 2 === 0, screenOn: screen && i === 1,
  slot: i % 2 === 0 || (screen && i === 1) ? { number: i, stream: stream(i * 40, i === 2), receivers: [] } : null,
}));
const local = { microphoneOn: true, cameraOn: true, audio: null, video: stream(300, false).getVideoTracks()[0]!, screen: null, fault: null, settled: true };
createRoot(document.getElementById('root')!).render(
  <MantineProvider theme={theme} defaultColorScheme="auto">
    <div style={{ display: 'grid', height: '100dvh' }}>
      <Stage parties={parties} blank={{ name: 'Ada Lovelace', words: 'Waiting for the contact to open the link' }} video local={local as never} peer={null}>
        {consult && <Band icon="⇄" actions={<><Button size="xs" variant="white" color="dark">Talk with Ada Lovelace</Button><Button size="xs" variant="white" color="dark">All together</Button><Button size="xs" color="var(--go)">Complete</Button><Button size="xs" variant="default">Cancel</Button></>}>You and Sam Agent talk. Ada Lovelace hears music.</Band>}
      </Stage>
    </div>
  </MantineProvider>,
);
