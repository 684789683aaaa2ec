/**
 * The direction of imports, lowest layer first:
 *   errors, events, linux, syscalls, native  <-  cas, index, catalog  <-  timeline, bundle  <-  storage
 *   journal  <-  ingest  <-  capture         (ingest writes what timeline reads)
 *   timeline  <-  debugger  <-  tui  <-  cli
 * A folder may import only what its row names. A new folder under src/ needs a row here.
 */
const STORES = ['cas', 'index', 'catalog'];
const FACTS = ['events', 'linux'];
const LAYERS = {
  events: [],
  linux: ['events'],
  syscalls: [],
  native: ['events'],
  cas: ['events'],
  index: ['events', 'cas'],
  catalog: ['events', 'cas'],
  timeline: [...FACTS, ...STORES, 'bundle'],
  bundle: ['events', ...STORES, 'timeline'],
  storage: [...STORES, 'timeline', 'native'],
  journal: [...FACTS, 'native', 'cas', 'timeline'],
  ingest: [...FACTS, 'syscalls', 'native', ...STORES, 'timeline', 'storage', 'journal'],
  capture: [...FACTS, 'native', 'catalog', 'journal', 'ingest'],
  debugger: [...FACTS, 'timeline'],
  tui: ['events', 'timeline', 'debugger'],
  cli: [...FACTS, ...STORES, 'timeline', 'bundle', 'native', 'storage', 'ingest', 'capture', 'debugger', 'tui'],
};

/**
 * The steps of ingest: decode -> order -> apply -> finish. What records look like is known to decode alone, and that operations
 * overlap to order alone; apply asks it of a write whose place in the file is not known.
 */
const INGEST_STEPS = {
  decode: [],
  bytes: [],
  live: ['bytes'],
  names: ['live', 'bytes'],
  order: ['names', 'bytes'],
  apply: ['names', 'bytes', 'live', 'order'],
  finish: ['names', 'bytes', 'live', 'apply'],
};
/** Files that stand beside the steps and are known to all of them; finish works on the whole. */
const INGEST_TERMS = 'operation|event-body|writer';
const INGEST_WHOLE = 'assembly|ingest|pipeline';

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

const ingestRules = Object.entries(INGEST_STEPS).map(([step, allowed]) => ({
  name: `ingest-${step}`,
  comment: `src/ingest/${step} may import ${['itself', ...allowed].join(', ')} of the steps of ingest.`,
  severity: 'error',
  from: { path: `^src/ingest/${step}/` },
  to: {
    path: '^src/ingest/',
    pathNot: [
      `^src/ingest/(${[step, ...allowed].join('|')})/`,
      `^src/ingest/(${INGEST_TERMS}${step === 'finish' ? `|${INGEST_WHOLE}` : ''})\\.ts$`,
    ],
  },
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
    ...ingestRules,
    {
      name: 'decode-alone-knows-records',
      comment: 'No call number or record layout is known beyond src/ingest/decode.',
      severity: 'error',
      from: { path: '^src/ingest/', pathNot: '^src/ingest/decode/' },
      to: { path: '^src/(syscalls/|events/abi\\.ts$|journal/raw-record\\.ts$)' },
    },
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
