// Builds the images. `npm run images -- --help` lists the flags.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flagsHelp } from '../cli/flags/help.ts'
import manifest from '../package.json' with { type: 'json' }
import { root } from './bundle.ts'
import { buildCommand, buildEnv } from './images/build-command.ts'
import { engines, workingEngines } from './images/engine.ts'
import { type ImageOptions, imageFlags, parseImageOptions } from './images/image-options.ts'
import { images, isCached } from './images/image-programs.ts'
import { type Platform, platformOf } from './images/platform.ts'
import { runNode } from './images/run-node.ts'
import { stageNode, stagePrograms } from './images/stage-context.ts'
import { runQuietly } from './run-quietly.ts'
import { gitOutput, sourceTime } from './source-time.ts'

const help = [
  'Usage: npm run images -- [FLAG ...]',
  '',
  ...flagsHelp(imageFlags),
  '',
  'SOURCE_DATE_EPOCH sets the time stamp of all files in the images (default the time of the commit).',
  '',
].join('\n')

async function build(options: ImageOptions): Promise<void> {
  const engine = options.engine ?? workingEngines(process.env)[0]
  if (engine === undefined)
    throw new Error(`no container engine works: one of ${engines.join(', ')} is required`)
  const epoch = sourceTime(root)
  const revision =
    gitOutput(root, 'describe', '--always', '--abbrev=40', '--dirty', '--exclude=*') ?? 'unknown'
  const temporary = mkdtempSync(join(tmpdir(), 'kees-images-'))
  const context = join(temporary, 'context')
  try {
    const make = async (target: string, platform: Platform, made: { tags: string[]; output?: string }) => {
      const [command, ...args] = buildCommand({
        engine,
        target,
        platform,
        dockerfile: join(import.meta.dirname, 'images', 'Dockerfile'),
        context,
        ...made,
        base: options.base,
        cache: options.cache,
        version: manifest.version,
        revision,
        epoch,
      })
      await runQuietly(command, args, buildEnv)
    }
    const needsNode =
      options.codeCache &&
      images.some(({ target, programs }) => options.only.includes(target) && programs.some(isCached))
    for (const platform of options.platforms) {
      await stageNode(context, platform)
      const output = join(temporary, platform.arch)
      const unpack = () => make('node', platform, { tags: [], output }).then(() => output)
      const node = needsNode ? await runNode(root, platform, unpack) : undefined
      await stagePrograms(context, platform, options.only, node)
    }
    for (const target of options.only) {
      const name = `${options.prefix}${target}:${options.tag}`
      for (const platform of options.platforms) {
        const isOwn = platform === platformOf(process.arch)
        const tags = [`${name}-${platform.arch}`, ...(isOwn ? [name] : [])]
        await make(target, platform, { tags })
        process.stdout.write(`${tags.join('\n')}\n`)
      }
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

const args = process.argv.slice(2)
if (args.includes('--help')) process.stdout.write(help)
else {
  const { options, errors } = parseImageOptions(args, manifest.version)
  try {
    if (options) await build(options)
    for (const error of errors ?? []) process.stderr.write(`error: ${error}\n`)
    if (errors) process.exitCode = 2
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
