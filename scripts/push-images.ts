// Pushes what `npm run images` built: each image for each platform, and an index of both under the tag. Prints a line
// NAME=DIGEST for each: the digests that the release workflow signs. `npm run push-images -- --help` lists the flags.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flagsHelp } from '../cli/flags/help.ts'
import manifest from '../package.json' with { type: 'json' }
import { type Engine, workingEngines } from './images/engine.ts'
import { type ImageOptions, parseImageOptions, pushFlags } from './images/image-options.ts'
import type { Target } from './images/image-programs.ts'
import { platforms } from './images/platform.ts'

const help = ['Usage: npm run push-images -- --prefix NAME [FLAG ...]', '', ...flagsHelp(pushFlags), '']

function pushAll({ only, engine, ...options }: ImageOptions): void {
  const pushing = engine ?? workingEngines(process.env).find((one) => one !== 'docker')
  if (pushing === undefined) throw new Error('no container engine works: buildah or podman is required')
  const folder = mkdtempSync(join(tmpdir(), 'kees-push-'))
  try {
    for (const target of only) push(pushing, folder, target, options)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

type Where = Pick<ImageOptions, 'prefix' | 'tag' | 'insecure'>

function push(engine: Engine, folder: string, target: Target, { prefix, tag, insecure }: Where): void {
  const file = join(folder, 'digest')
  const run = (args: readonly string[]) => {
    execFileSync(engine, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  const pushed = (command: readonly string[], args: readonly string[]) => {
    run([...command, tls, '--format=oci', `--digestfile=${file}`, ...args])
    return readFileSync(file, 'utf8').trim()
  }
  const tls = `--tls-verify=${!insecure}`
  const repository = `${prefix}${target}`
  const digests = platforms.map(({ arch }) => {
    const image = `${repository}:${tag}-${arch}`
    const digest = pushed(['push'], [image, `docker://${image}`])
    process.stdout.write(`${target}-${arch}=${digest}\n`)
    return digest
  })
  // By the digests in the registry: compression makes them differ from the local ones.
  const list = `localhost/kees-index-${target}:${process.pid}`
  run(['manifest', 'create', list])
  try {
    for (const digest of digests) run(['manifest', 'add', tls, list, `docker://${repository}@${digest}`])
    const digest = pushed(['manifest', 'push', '--all'], [list, `docker://${repository}:${tag}`])
    process.stdout.write(`${target}=${digest}\n`)
  } finally {
    run(['manifest', 'rm', list])
  }
}

const args = process.argv.slice(2)
if (args.includes('--help')) process.stdout.write(help.join('\n'))
else {
  const { options, errors } = parseImageOptions(args, manifest.version, 'push')
  try {
    if (options) pushAll(options)
    for (const error of errors ?? []) process.stderr.write(`error: ${error}\n`)
    if (errors) process.exitCode = 2
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
