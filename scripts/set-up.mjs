import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { withDirectoryLock } from './directory-lock.mjs'
import { runCommand } from './run-command.mjs'

/**
 * Makes node_modules that of the present package-lock.json, where it is not yet, and says so in one line.
 *
 * @param {string} root of the clone
 * @returns {Promise<string | undefined>} why it cannot be, if it cannot
 */
export async function setUp(root) {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const problem = nodeProblem(wanted.optionalDependencies ?? {}, process)
  if (problem !== undefined || isSetUp(root)) return problem
  // tap's own folder for this clone: git and prettier ignore it, and npm, which empties node_modules, leaves it alone.
  const lock = join(root, '.tap', 'set-up.lock')
  /** @param {number} holder */
  const onWait = (holder) =>
    process.stderr.write(`set-up: waiting for the one that process ${holder} does (${lock})\n`)
  return withDirectoryLock(lock, onWait, async () => (isSetUp(root) ? undefined : install(root)))
}

/**
 * The tests and scripts are TypeScript that Node 24 runs as it is. Where npm cannot bring one, the machine's has to do.
 *
 * @param {Readonly<Record<string, string>>} optionalDependencies
 * @param {{ readonly platform: string, readonly arch: string, readonly version: string }} machine
 */
export function nodeProblem(optionalDependencies, { platform, arch, version }) {
  const pinned = `node-${platform}-${arch}`
  if (pinned in optionalDependencies || Number.parseInt(version.slice(1), 10) >= 24) return undefined
  return `this takes Node 24 or later: npm brings none for ${platform} on ${arch}, and the one here is ${version}`
}

/** @param {string} root */
export function withBinaries(root) {
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter)
  return { ...process.env, PATH: path }
}

/** @param {string} root */
function stampFile(root) {
  return join(root, 'node_modules', '.set-up')
}

/**
 * What decides what is in node_modules.
 *
 * @param {string} root
 */
function stampText(root) {
  const { dependencies, devDependencies, optionalDependencies, overrides } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  const lists = { dependencies, devDependencies, optionalDependencies, overrides }
  const hash = createHash('sha256').update(JSON.stringify(lists))
  for (const file of ['package-lock.json', '.taprc']) hash.update('\0').update(readFileSync(join(root, file)))
  return `${process.platform} ${process.arch} ${hash.digest('hex')}\n`
}

/** @param {string} root */
function isSetUp(root) {
  const stamp = stampFile(root)
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === stampText(root)
}

/** npm passes over in silence what is optional and failed to come. */
const checkNode = `if (parseInt(process.versions.node) < 24) throw new Error('npm brought no Node 24; this is ' + process.version)`

/** @param {string} root */
async function install(root) {
  const stamp = stampText(root)
  const start = Date.now()
  const why = existsSync(join(root, 'node_modules')) ? 'is not that of package-lock.json' : 'is absent'
  process.stderr.write(`set-up: node_modules ${why}: npm ci, tap build … `)
  rmSync(stampFile(root), { force: true })
  const problem =
    // Whatever npm run or the machine says of them, here the development dependencies are the ones that are wanted.
    (await runQuietly(root, 'npm', ['ci', '--include=dev', '--include=optional', '--loglevel=warn'])) ??
    (await runQuietly(root, 'node', ['--eval', checkNode])) ??
    (await runQuietly(root, 'tap', ['build']))
  if (problem === undefined) writeFileSync(stampFile(root), stamp)
  const seconds = Math.round((Date.now() - start) / 1000)
  process.stderr.write(problem === undefined ? `done in ${seconds} s\n` : 'failed\n')
  return problem
}

/**
 * @param {string} root
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<string | undefined>} what the command said, when it failed
 */
async function runQuietly(root, command, args) {
  /** @type {Buffer[]} */
  const output = []
  /** @param {string} how */
  const failure = (how) =>
    `${Buffer.concat(output).toString()}\n"${[command, ...args].join(' ')}" ${how}`.trim()
  try {
    const { code, signal } = await runCommand(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      onOutput: (chunk) => output.push(chunk),
      cwd: root,
      env: withBinaries(root),
    })
    if (code === 0) return undefined
    return failure(signal ? `was ended by ${signal}` : `failed with exit code ${code}`)
  } catch (error) {
    return failure(`cannot be run: ${error instanceof Error ? error.message : String(error)}`)
  }
}
