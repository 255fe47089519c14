import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { withDirectoryLock } from './directory-lock.mjs'
import { runCommand } from './run-command.mjs'

/**
 * Installs the packages of package-lock.json, unless they are installed. npm has no command for that: `npm ci` always
 * removes node_modules first, also for a command that runs from it already, and `npm install` takes ten times as long to find
 * that there is nothing to do: docs/development.md, "Set-up".
 *
 * @param {string} root of the clone
 * @param {{ readonly dev: boolean }} packages without `dev` only what the programs are built from
 * @returns {Promise<string | undefined>} the error message, if it failed
 */
export async function setUp(root, packages) {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const error = nodeError(wanted.optionalDependencies ?? {}, process)
  if (error !== undefined || isSetUp(root, packages)) return error
  // A folder that git ignores and that `npm ci` leaves alone.
  const lock = join(root, '.tap', 'set-up.lock')
  /** @param {number} holder */
  const onWait = (holder) => process.stderr.write(`set-up: waiting for process ${holder} (${lock})\n`)
  return withDirectoryLock(lock, onWait, async () =>
    isSetUp(root, packages) ? undefined : install(root, packages),
  )
}

/**
 * The tests and scripts are TypeScript that Node 24 runs as it is. On platforms for which npm has none, the installed Node is used.
 *
 * @param {Readonly<Record<string, string>>} optionalDependencies
 * @param {{ readonly platform: string, readonly arch: string, readonly version: string }} machine
 */
export function nodeError(optionalDependencies, { platform, arch, version }) {
  const pinned = `node-${platform}-${arch}`
  if (pinned in optionalDependencies || Number.parseInt(version.slice(1), 10) >= 24) return undefined
  return `Node 24 or later is required: npm has no package of Node for ${platform} on ${arch}, and the installed Node is ${version}`
}

/** @param {string} root */
export function withBinaries(root) {
  const path = [join(root, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter)
  return { ...process.env, PATH: path }
}

/** The fields with packages in package.json, and in the root entry of package-lock.json. */
const lists = ['dependencies', 'devDependencies', 'optionalDependencies']

/**
 * Compares package-lock.json with the list that npm writes to node_modules when it has finished.
 *
 * @param {string} root
 * @param {{ readonly dev: boolean }} packages
 */
function isSetUp(root, { dev }) {
  const installed = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(installed)) return false
  const { packages: found } = JSON.parse(readFileSync(installed, 'utf8'))
  const { '': own = {}, ...wanted } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  ).packages
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  // If these differ, npm ci reports the error.
  if (lists.some((list) => JSON.stringify(own[list]) !== JSON.stringify(manifest[list]))) return false
  return Object.entries(wanted).every(([path, one]) => {
    const isLeftOut = (one.dev === true && !dev) || one.optional === true
    return found[path] === undefined ? isLeftOut : found[path].version === one.version
  })
}

/** npm does not fail where an optional package is not installed. */
const checkNode = `if (parseInt(process.versions.node) < 24) throw new Error('npm installed no Node 24; this is ' + process.version)`

/**
 * @param {string} root
 * @param {{ readonly dev: boolean }} packages
 */
async function install(root, { dev }) {
  const start = Date.now()
  process.stderr.write(`set-up: npm ci, ${dev ? 'with' : 'without'} the packages of tests … `)
  // Overrides the settings of npm run and of the machine.
  const flags = [dev ? '--include=dev' : '--omit=dev', '--include=optional', '--loglevel=warn']
  const error =
    (await runQuietly(root, 'npm', ['ci', ...flags])) ??
    (await runQuietly(root, 'node', ['--eval', checkNode]))
  const seconds = Math.round((Date.now() - start) / 1000)
  process.stderr.write(error === undefined ? `done in ${seconds} s\n` : 'failed\n')
  return error
}

/**
 * @param {string} root
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<string | undefined>} what the command printed, when it failed
 */
async function runQuietly(root, command, args) {
  /** @type {Buffer[]} */
  const output = []
  const { code, signal } = await runCommand(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    onOutput: (chunk) => output.push(chunk),
    cwd: root,
    env: withBinaries(root),
  })
  if (code === 0) return undefined
  const how = signal ? `was ended by ${signal}` : `failed with exit code ${code}`
  return `${Buffer.concat(output).toString()}\n"${[command, ...args].join(' ')}" ${how}`.trim()
}
