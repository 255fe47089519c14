// Prints a table of the sizes of the images, layer by layer. The arguments are image names, as `npm run images` prints them.
import { execFileSync } from 'node:child_process'
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGzip } from 'node:zlib'
import { containerEnvironment } from '../scripts/tools/container-environment.ts'
import { workingEngines } from '../scripts/images/engine.ts'

const env = containerEnvironment()
const engine = workingEngines(env).find((one) => one !== 'buildah')
const images = process.argv.slice(2)
if (engine === undefined || images.length === 0) {
  process.stderr.write(
    'error: podman or docker is required, and the names of images that npm run images built as arguments\n',
  )
  process.exitCode = 1
} else {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  process.stdout.write('| image | layer | on disk | gzip |\n| --- | --- | --- | --- |\n')
  for (const image of images) {
    const folder = mkdtempSync(join(tmpdir(), 'kees-image-sizes-'))
    try {
      const archive = join(folder, 'image.tar')
      execFileSync(engine, ['save', `--output=${archive}`, image], { env, stdio: 'pipe' })
      execFileSync('tar', ['-xf', archive, '-C', folder])
      const [{ Layers: layers }]: [{ Layers: string[] }] = JSON.parse(
        readFileSync(join(folder, 'manifest.json'), 'utf8'),
      )
      const rows = await Promise.all(
        layers.map(async (layer, index) => {
          const path = join(folder, layer)
          const what = ['programs', 'Node'][layers.length - 1 - index] ?? 'base'
          return { what, size: statSync(path).size, gzip: await gzipSize(path) }
        }),
      )
      const sum = (key: 'size' | 'gzip') => rows.reduce((total, row) => total + row[key], 0)
      for (const { what, size, gzip } of [...rows, { what: 'all', size: sum('size'), gzip: sum('gzip') }]) {
        process.stdout.write(
          `| ${image.replace(/^.*\//, '')} | ${what} | ${megabytes(size)} | ${megabytes(gzip)} |\n`,
        )
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

async function gzipSize(path: string): Promise<number> {
  let size = 0
  for await (const chunk of createReadStream(path).pipe(createGzip())) size += Buffer.from(chunk).length
  return size
}
