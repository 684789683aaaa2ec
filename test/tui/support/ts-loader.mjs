/** Lets a child process run the TypeScript sources as they are: node --import ./ts-loader.mjs MAIN.ts */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Translations by the hash of their source: most processes then never load the compiler. */
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/dk-ts-loader/', import.meta.url));

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
  const path = fileURLToPath(url);
  const source = await readFile(path, 'utf8');
  const cached = `${CACHE}${createHash('sha256').update(path).update(source).digest('hex')}.js`;
  const known = await readFile(cached, 'utf8').catch(() => undefined);
  return { format: 'module', source: known ?? (await translate(path, source, cached)), shortCircuit: true };
}

async function translate(path, source, cached) {
  const { default: ts } = await import('typescript');
  const { outputText } = ts.transpileModule(source, {
    fileName: path,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      jsx: ts.JsxEmit.ReactJSX,
      verbatimModuleSyntax: true,
    },
  });
  await mkdir(CACHE, { recursive: true });
  await writeFile(`${cached}.${process.pid}`, outputText);
  await rename(`${cached}.${process.pid}`, cached);
  return outputText;
}
