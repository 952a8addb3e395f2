import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';
import { describe, expect, it } from 'vitest';

describe('the script that other sites include', () => {
  it('stays under 20 KB as it is sent, and asks for nothing else', async () => {
    const configFile = fileURLToPath(new URL('vite.config.ts', import.meta.url));
    const built = (await build({ configFile, logLevel: 'silent', build: { write: false } })) as Rolldown.RolldownOutput[];
    const files = built.flatMap(({ output }) => output);
    expect(files.map(({ fileName }) => fileName)).toEqual(['widget.js']);
    const code = files[0]?.type === 'chunk' ? files[0].code : '';
    expect(new TextEncoder().encode(code).length).toBeLessThan(20 * 1024);
    expect(code).not.toContain('import(');
    // Pages in any encoding include it.
    expect(code).toMatch(/^[\0-\x7f]*$/);
  });
});
