// Pushes what `npm run images` built by buildah or podman: each image for each platform, and an index of both under the tag.
// Prints a line NAME=DIGEST for each, which is what gets signed. Flags: --prefix,
// --tag, --only, and --insecure for a registry without TLS.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseFlags } from '../cli/flags.ts'
import { images } from './images/image-programs.ts'
import { platforms } from './images/platform.ts'

const { values, operands, problems } = parseFlags(process.argv.slice(2), {
  prefix: { takes: 'NAME', meaning: 'what precedes the names of the images' },
  tag: { takes: 'TAG', meaning: 'as they were built with' },
  only: { takes: 'NAMES', meaning: 'comma-separated; default all' },
  insecure: { meaning: 'the registry has no TLS' },
})
const [prefix] = values.get('prefix') ?? []
const [tag] = values.get('tag') ?? []
const only = values.get('only')?.[0]?.split(',') ?? images.map(({ target }) => target)
if (prefix === undefined || tag === undefined || problems.length + operands.length > 0) {
  for (const problem of problems) process.stderr.write(`error: ${problem}\n`)
  process.stderr.write('error: this takes --prefix NAME --tag TAG\n')
  process.exitCode = 2
} else {
  const folder = mkdtempSync(join(tmpdir(), 'kees-push-'))
  try {
    for (const { target } of images)
      if (only.some((one) => one === target)) pushAll(folder, target, `${prefix}${target}`, tag)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function pushAll(folder: string, target: string, repository: string, version: string): void {
  const tls = `--tls-verify=${values.has('insecure') ? 'false' : 'true'}`
  const digests = platforms.map(({ arch }) => {
    const image = `${repository}:${version}-${arch}`
    const digest = pushed(folder, ['push', tls, '--format=oci', image, `docker://${image}`])
    process.stdout.write(`${target}-${arch}=${digest}\n`)
    return digest
  })
  // By the digests in the registry, not by what is here: compression makes others of them.
  const list = `localhost/kees-index-${target}:${process.pid}`
  buildah(['manifest', 'create', list])
  try {
    for (const digest of digests) buildah(['manifest', 'add', tls, list, `docker://${repository}@${digest}`])
    const to = `docker://${repository}:${version}`
    const digest = pushed(folder, ['manifest', 'push', tls, '--all', '--format=oci', list, to])
    process.stdout.write(`${target}=${digest}\n`)
  } finally {
    buildah(['manifest', 'rm', list])
  }
}

function pushed(folder: string, [command = '', ...args]: readonly string[]): string {
  const file = join(folder, 'digest')
  const option = `--digestfile=${file}`
  buildah(
    command === 'manifest' ? [command, args[0] ?? '', option, ...args.slice(1)] : [command, option, ...args],
  )
  return readFileSync(file, 'utf8').trim()
}

function buildah(args: readonly string[]): void {
  execFileSync('buildah', args, { stdio: ['ignore', 'ignore', 'inherit'] })
}
