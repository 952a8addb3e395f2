import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The script that other sites include: one file beside the console's, without a framework. */
export default defineConfig({
  publicDir: false,
  build: {
    // Runs on any page, so for older browsers too; the page in the frame asks for more.
    target: 'es2022',
    outDir: fileURLToPath(new URL('../dist', import.meta.url)),
    emptyOutDir: false,
    lib: {
      entry: fileURLToPath(new URL('main.ts', import.meta.url)),
      formats: ['iife'],
      name: 'CordboardWidget',
      fileName: () => 'widget.js',
    },
  },
});
