/** Lets a child process run the TypeScript sources as they are: node --import ./ts-loader.mjs MAIN.ts */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

if (!import.meta.url.endsWith('?hooks')) register(`${import.meta.url}?hooks`);

/** `./x.js` stands for `./x.ts` or `./x.tsx`, as for tsc. */
export async function resolve(specifier, context, next) {
  if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL !== undefined) {
    for (const ending of ['.ts', '.tsx']) {
      const url = new URL(specifier.replace(/\.js$/, ending), context.parentURL);
      if (existsSync(fileURLToPath(url))) return { url: url.href, shortCircuit: true };
    }
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!/\.tsx?$/.test(url)) return next(url, context);
  const loader = url.endsWith('x') ? 'tsx' : 'ts';
  const { code } = await transform(await readFile(fileURLToPath(url), 'utf8'), {
    loader,
    jsx: 'automatic',
    target: 'node20',
  });
  return { format: 'module', source: code, shortCircuit: true };
}
