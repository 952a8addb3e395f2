import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// During development the pages come from Vite and everything else from a running platform.
const platform = process.env['CORDBOARD_URL'] ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react()],
  // The first versions that know light-dark(), which all colours are made of.
  build: { target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'], sourcemap: true, chunkSizeWarningLimit: 800, rolldownOptions: { input: ['index.html', 'graphiql.html'] } },
  server: {
    proxy: {
      '/graphql': { target: platform, ws: true },
      '/play/': { target: platform },
      '/audio/': { target: platform },
      '/file/': { target: platform },
      '/upload/': { target: platform },
    },
  },
  // Times are worded in the reader's language: whoever runs the tests reads English.
  test: { include: ['{src,widget}/**/*.test.ts'], env: { LC_ALL: 'en_US.UTF-8' } },
});
