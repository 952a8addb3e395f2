import { expect } from '@playwright/test';
import { expectAccessible } from '../people/axe';
import { createQueue, saveQueue } from '../people/centre';
import { test } from '../people/test';

test('music is uploaded, converted, listened to, and chosen for a queue', async ({ user }) => {
  test.setTimeout(120_000);
  const admin = await user('admin@example.com');
  const name = `Waiting tone ${Date.now()}`;
  await admin.goto('/settings/audio');
  await admin.locator('input[type=file]').setInputFiles({ name: `${name}.wav`, mimeType: 'audio/wav', buffer: tone(3) });
  const player = admin.locator(`audio[aria-label="${name}"]`);
  await expect(player).toBeVisible({ timeout: 60_000 });
  await expectAccessible(admin);
  const heard = await player.evaluate(async (audio: HTMLAudioElement) => {
    audio.muted = true;
    await audio.play();
    return audio.duration;
  });
  expect(heard).toBeGreaterThan(2.5);

  await admin.locator('input[type=file]').setInputFiles({ name: `${name} noise.wav`, mimeType: 'audio/wav', buffer: Buffer.from('no sound at all') });
  await expect(admin.getByText('noise.wav was not uploaded')).toBeVisible();
  await expect(admin.getByText('This is no audio file')).toBeVisible();
  await expect(admin.getByRole('button', { name: `Archive ${name} noise` })).toHaveCount(0);

  const archive = admin.getByRole('button', { name: `Archive ${name}`, exact: true });
  await archive.click();
  await expect(player).toHaveCount(0);
  await admin.getByRole('switch', { name: 'With archived' }).click();
  await admin.getByRole('button', { name: `Bring back ${name}`, exact: true }).click();
  await expect(archive).toBeVisible();

  await createQueue(admin, `Music ${Date.now()}`, []);
  await admin.getByRole('combobox', { name: 'Music' }).click();
  await admin.getByRole('option', { name }).click();
  await saveQueue(admin);
  await admin.reload();
  await expect(admin.getByRole('combobox', { name: 'Music' })).toHaveValue(name);
});

/** A WAV file (RIFF, 16 bit mono PCM) with one note. */
function tone(seconds: number): Buffer {
  const rate = 16_000;
  const samples = Buffer.alloc(2 * rate * seconds);
  for (let at = 0; at < rate * seconds; at += 1) {
    samples.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * 440 * at) / rate)), 2 * at);
  }
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(2 * rate, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
