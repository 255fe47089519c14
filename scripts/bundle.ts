import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, formatMessages, type Plugin } from 'esbuild'
import { podBundle } from '../runtime/aws/pod-bundle.ts'
import { kubernetesClientImports, resolveKubernetesClient } from './kubernetes-client.ts'
import { sourceCommit } from './source-commit.ts'
import { thirdPartyNotices } from './licences/third-party-notices.ts'

export const root = join(import.meta.dirname, '..')

type Program = {
  readonly name: string
  readonly entryPoint: string
  /** At build time on any Node from 20, in pods on the Node of the program's own image, as an executable on the Node in it. */
  readonly runs: 'at build time' | 'in pods' | 'as an executable'
  /** What Node is started with. */
  readonly nodeFlags?: string
  /** A variable that Node is started with. */
  readonly nodeEnv?: string
  /** The oldest major version of Node on which it starts; checked before anything else runs. */
  readonly leastNode?: number
}

/**
 * By default, Node uses several times the memory that the pods of a large cluster need. The first flag has a young generation of 1 MiB, and
 * collects the old one before it has grown much. With this limit, 280 MiB in all, tenants have room for 190,000 annotated pods: two tenths
 * of the heap. What was measured is in docs/performance.md.
 */
export const creatorFlags = '--optimize-for-size --max-old-space-size=277'
/** By default, glibc keeps memory that was freed for each thread that allocated it: 10 MB. */
const creatorEnv = 'MALLOC_ARENA_MAX=1'

/**
 * V8 compiles some functions once more while init runs; starting a thread for it takes longer. With a young generation
 * that begins with 2 MiB, no garbage is collected in a start. V8 accepts the code cache and Node's own with these flags, as with few others (docs/performance.md).
 */
export const initFlags: readonly string[] = ['--no-concurrent-sparkplug', '--min-semi-space-size=2']

/**
 * The same code as ES modules, of which esbuild takes what is used: only the printer. The parser, two thirds of the package, would be compiled
 * at every start.
 */
const yamlModules = join(root, 'node_modules', 'yaml', 'browser', 'dist', 'index.js')

/**
 * js-yaml makes its schemas and patterns when it is loaded, which takes longer than all else that is done then. Most programs use only its
 * parser of events, which needs none of them. esbuild leaves out what is not used and marked so: a call of a function without arguments, because
 * it takes spread arguments for a side effect.
 */
const madeAtLoad =
  /^(var [\w$]+ = )((?:new [A-Z]\w*|define\w+Tag|[\w$]+\.withTags)\((?:.*|[^]*?\n[\]})]+)\)|\{\n[^]*?\n\});$/gm
const withoutUnusedSchemas: Plugin = {
  name: 'without-unused-schemas',
  setup(bundling) {
    bundling.onLoad({ filter: /node_modules\/js-yaml\/dist\/js-yaml\.mjs$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(madeAtLoad, '$1/* @__PURE__ */ (() => ($2))();'),
      loader: 'js',
    }))
  },
}

const withoutApiClient: Plugin = {
  name: 'without-api-client',
  setup(bundling) {
    bundling.onResolve({ filter: kubernetesClientImports }, ({ path, importer }) => {
      const found = resolveKubernetesClient(path, importer)
      return found === undefined ? undefined : { path: found }
    })
  },
}

/** Tables that are made when a program is loaded: runtime/aws/hex-encoding.ts. */
const withoutHexTables: Plugin = {
  name: 'without-hex-tables',
  setup(bundling) {
    bundling.onLoad({ filter: /@smithy\/core\/.*\/hex-encoding\.js$/ }, () => ({
      contents: readFileSync(join(root, 'runtime', 'aws', 'hex-encoding.ts'), 'utf8'),
      loader: 'ts',
    }))
  },
}

/** The executables of `dist/` and what each is made from. */
export const programs = [
  { name: 'inject-init', entryPoint: 'functions/inject-init/main.ts', runs: 'at build time' },
  { name: 'export-iam', entryPoint: 'functions/export-iam/main.ts', runs: 'at build time' },
  { name: 'kees', entryPoint: 'cli/main.ts', runs: 'at build time' },
  { name: 'init', entryPoint: 'runtime/init/main.ts', runs: 'in pods', nodeFlags: initFlags.join(' ') },
  {
    name: 'creator',
    entryPoint: 'runtime/creator/main.ts',
    runs: 'in pods',
    nodeFlags: creatorFlags,
    nodeEnv: creatorEnv,
    leastNode: 24,
  },
] as const satisfies readonly Program[]

/** All programs that run at build time, for scripts/executables. */
export const executable = {
  name: 'kees',
  entryPoint: 'cli/executable.ts',
  runs: 'as an executable',
} as const satisfies Program

/**
 * A file without an extension is CommonJS by itself and an ES module inside a package of `"type": "module"`, where
 * neither `require` nor `module` exists. This works as both.
 */
const banner =
  'var require = require || process.getBuiltinModule("module").createRequire(process.argv[1]), ' +
  'module = module || { exports: {} };'

/** An older Node would exit with a stack trace from a library. */
function versionCheck(name: string, least: number): string {
  const message = `error: ${name} needs Node ${least} or later, this is `
  return (
    `if (Number(process.versions.node.split(".")[0]) < ${least}) { ` +
    `process.stderr.write("${message}" + process.versions.node + "\\n"); process.exit(2); }`
  )
}

type Bundle = {
  readonly text: string
  /** The files it is made from, relative to the root of the clone. */
  readonly inputs: readonly string[]
}

const bundles = new Map<string, Promise<Bundle>>()

/** Once a process for each program. Throws with all of esbuild's messages where there is any, warnings too. */
export function bundle(program: Program): Promise<Bundle> {
  const made = bundles.get(program.entryPoint) ?? makeBundle(program)
  bundles.set(program.entryPoint, made)
  return made
}

async function makeBundle(program: Program): Promise<Bundle> {
  const { name, entryPoint, runs, nodeFlags, nodeEnv, leastNode } = program
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    // On Node 20 the SDK would warn on standard error, at every run, that its future versions will not support it.
    define: {
      'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
      'process.env.KEES_BUILD_COMMIT': JSON.stringify(sourceCommit(root)),
      ...(runs === 'in pods' ? podBundle.define : {}),
    },
    plugins: runs === 'in pods' ? [withoutApiClient, withoutHexTables] : [withoutUnusedSchemas],
    alias: runs === 'in pods' ? podBundle.alias : { yaml: yamlModules },
    // As `require`: `import()` of a built-in module would load the whole ES module loader. What is imported so, with all that it imports,
    // becomes functions that V8 parses twice: our own modules in init are imported statically, unless they load a module of Node.
    // An executable has no other files that could be imported.
    supported: { 'dynamic-import': false },
    banner: { js: leastNode === undefined ? banner : `${banner}${versionCheck(name, leastNode)}` },
    // Identifiers keep their names, so that stack traces in bug reports are readable.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'silent',
  })
  if (result.warnings.length > 0) {
    throw new Error((await formatMessages(result.warnings, { kind: 'warning' })).join('\n'))
  }
  const inputs = Object.keys(result.metafile.inputs)
  const notices = thirdPartyNotices(
    inputs,
    (folder) => readdirSync(join(root, folder)),
    (path) => readFileSync(join(root, path), 'utf8'),
  )
  // esbuild keeps the shebang of an entry point; each program gets its own here.
  const code = (result.outputFiles[0]?.text ?? '').replace(/^#!.*\n/, '')
  if (runs === 'as an executable') return { text: `${code}${notices}`, inputs }
  const node = [nodeEnv, 'node', nodeFlags].filter((part) => part !== undefined)
  return {
    text: `#!/usr/bin/env ${node.length > 1 ? '-S ' : ''}${node.join(' ')}\n${code}${notices}`,
    inputs,
  }
}
