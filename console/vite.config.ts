import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// During development the pages come from Vite and everything else from a running platform.
const platform = process.env['CORDBOARD_URL'] ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react()],
  build: { target: 'es2023', sourcemap: true },
  server: {
    proxy: {
      '/graphql': { target: platform, ws: true },
      '/play': { target: platform },
    },
  },
  test: { include: ['src/**/*.test.ts'] },
});
