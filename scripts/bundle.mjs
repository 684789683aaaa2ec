/**
 * Makes the program out of src: dist/program/ with main.js, what it loads on demand, and the ingest thread; and the
 * library, dist/index.js. Few files, because Node takes about a millisecond for each module that it loads. The program's
 * stand two folders deep, as the sources do that look for build/ and package.json from where they are.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Compiled code stays where npm put it, and so does the file that finds it from there. */
const natives = {
  name: 'natives',
  setup({ onResolve }) {
    onResolve({ filter: /(^|\/)binding(\.js)?$/ }, ({ path, resolveDir }) => {
      const found = /node_modules\/(classic-level|zstd-napi)\//.exec(
        path.startsWith('.') ? `${resolveDir}/` : `node_modules/${path}`,
      );
      return found === null ? undefined : { path: `${found[1]}/binding.js`, external: true };
    });
  },
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  jsx: 'automatic',
  // Names stay readable in profiles; DK_DEBUG=1 has stack traces point to the sources.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [natives],
  // Nothing calls these: ink its developer tools without DEV=true, better-sqlite3 its search when told where its binding is.
  external: ['react-devtools-core', 'bindings'],
  // Packages in CommonJS ask for Node's modules with require.
  banner: { js: "import{createRequire as dkRequire}from'node:module';const require=dkRequire(import.meta.url);" },
};

/** What `source`, a module in the project's folder, exports. For the tools that read tables of src. */
export async function importBundled(source) {
  const outdir = join(root, 'build', `tables-${process.pid}`);
  try {
    await build({ ...shared, stdin: { contents: source, resolveDir: root }, outdir, splitting: true });
    return await import(join(outdir, 'stdin.js'));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

async function bundle() {
  const program = { ...shared, outdir: 'dist/program', sourcemap: true };
  // The names of some change with their content.
  rmSync(join(root, 'dist/program'), { recursive: true, force: true });
  await Promise.all([
    build({ ...program, entryPoints: ['src/cli/main.ts'], splitting: true }),
    build({ ...program, entryPoints: ['src/ingest/ingest-thread.ts'] }),
    build({ ...shared, outdir: 'dist', sourcemap: true, entryPoints: ['src/index.ts'] }),
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();
