/**
 * The direction of imports, lowest layer first:
 *   errors, events, linux, syscalls  <-  cas, index, catalog  <-  bundle, timeline  <-  debugger  <-  tui  <-  cli
 *   native  <-  record  <-  cli          (record writes what timeline reads)
 * A folder may import only what its row names. A new folder under src/ needs a row here.
 */
const LAYERS = {
  events: [],
  linux: [],
  syscalls: [],
  cas: ['events'],
  index: ['events', 'cas'],
  catalog: ['events', 'cas'],
  timeline: ['events', 'linux', 'cas', 'index', 'catalog', 'bundle'],
  bundle: ['events', 'cas', 'index', 'catalog', 'timeline'],
  native: ['events'],
  record: ['events', 'linux', 'syscalls', 'cas', 'index', 'catalog', 'timeline', 'native'],
  debugger: ['events', 'linux', 'timeline'],
  tui: ['events', 'timeline', 'debugger'],
  cli: ['events', 'cas', 'index', 'catalog', 'timeline', 'bundle', 'record', 'debugger', 'tui'],
};

/** Each of these libraries has one importer, so that replacing it is a change to one folder. */
const LIBRARY_OWNERS = {
  'better-sqlite3': 'catalog',
  'classic-level': 'index',
  'zstd-napi': 'cas',
  yauzl: 'bundle',
  yazl: 'bundle',
  ink: 'tui',
  'ink-select-input': 'tui',
  react: 'tui',
  commander: 'cli',
  re2js: 'cli',
};

const layerRules = Object.entries(LAYERS).map(([folder, allowed]) => ({
  name: `layer-${folder}`,
  comment: `src/${folder} may import ${['errors', ...allowed].join(', ')} and itself, nothing else of src/.`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: [`^src/(${[folder, ...allowed].join('|')})/`, '^src/errors\\.ts$'] },
}));

const libraryRules = Object.entries(LIBRARY_OWNERS).map(([library, folder]) => ({
  name: `library-${library}`,
  comment: `Only src/${folder} imports ${library}.`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${folder}/` },
  to: { path: `^node_modules/(@types/)?${library}/` },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Modules that import each other cannot be understood one at a time.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unknown-folder',
      comment: 'A new folder under src/ needs a row in LAYERS.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${Object.keys(LAYERS).join('|')})/` },
      to: {},
    },
    {
      name: 'errors-is-the-bottom',
      severity: 'error',
      from: { path: '^src/errors\\.ts$' },
      to: { path: '^src/' },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependency',
      comment: 'What the product imports must be installed with it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-test-code',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    ...layerRules,
    ...libraryRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
