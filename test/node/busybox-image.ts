import { createHash } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runQuietly } from '../../scripts/run-quietly.ts'

const commands = (
  'sh cat echo sleep ls id test wget nc mkdir rm cp mv head tail grep sed awk env stat kill ps dd tr cut sort wc ' +
  'touch true false date'
).split(' ')

/**
 * Makes an image of one program out of nothing and without a container engine: the machine's busybox, statically linked.
 * @param archive where it is written, as `docker save` writes one.
 */
export async function makeBusyboxImage(
  archive: string,
  names: readonly string[],
  entrypoint: readonly string[],
  busybox: string,
): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'kees-busybox-'))
  try {
    const [layer, image] = [join(work, 'layer'), join(work, 'image')]
    for (const folder of [layer, image, join(layer, 'bin'), join(layer, 'etc'), join(layer, 'tmp')])
      mkdirSync(folder)
    copyFileSync(busybox, join(layer, 'bin/busybox'))
    for (const name of commands) symlinkSync('busybox', join(layer, 'bin', name))
    writeFileSync(join(layer, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n')
    const owner = ['--owner=0', '--group=0', '--numeric-owner', '--sort=name', '--mode=u=rwX,go=rX']
    await runQuietly('tar', ['-cf', join(image, 'layer.tar'), '-C', layer, ...owner, '.'])
    const digest = createHash('sha256')
      .update(readFileSync(join(image, 'layer.tar')))
      .digest('hex')
    const config = {
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      created: '2026-01-01T00:00:00Z',
      config: { Entrypoint: entrypoint, Env: ['PATH=/bin'], User: '65534:65534' },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
      history: [{ created: '2026-01-01T00:00:00Z' }],
    }
    const manifest = [{ Config: 'config.json', RepoTags: names, Layers: ['layer.tar'] }]
    writeFileSync(join(image, 'config.json'), JSON.stringify(config))
    writeFileSync(join(image, 'manifest.json'), JSON.stringify(manifest))
    await runQuietly('tar', ['-cf', archive, '-C', image, 'config.json', 'layer.tar', 'manifest.json'])
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
