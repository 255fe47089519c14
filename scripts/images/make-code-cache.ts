/**
 * The code cache of init in an image: what V8 compiles of the program in one run, made by the Node of the image. What one architecture
 * makes is rejected by another, so for another platform that Node runs in QEMU.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'

/** Of all shapes of values, so that what they need is compiled. */
const shapes = ['', '', ',storageKey=json,jsonKey=c', ',file=files/d', ',env=VARIABLE']

/**
 * With a fixed seed, V8 writes the same bytes each time (test/packaging/images-again.test.ts). It accepts the cache without these flags,
 * which most other flags would prevent.
 */
const reproducible = ['--predictable', '--random-seed=1']

/** @param node the command that runs Node. @param start start-cached.cjs, in its place. @param cache the file to write. */
export async function makeCodeCache(node: readonly string[], start: string, cache: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kees-code-cache-'))
  const server = await startFakeSsm()
  try {
    const annotations = shapes.map((shape, index) => {
      const name = 'abcde'[index] ?? ''
      server.put(`/${name}`, 'fakepassword')
      return [`secret.bsycorp.com/${name}`, `kind=REFERENCE,type=TEXT${shape}`] as const
    })
    server.put('/json', '{"c":"fakepassword"}')
    for (const name of ['secret', 'env']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'annotations'), formatAnnotationsFile(annotations))
    const env = {
      ANNOTATIONS_FILE: join(folder, 'annotations'),
      SECRETS_FILE: join(folder, 'secret', 'secret'),
      RESOURCES_FILE: join(folder, 'secret', 'resource'),
      ENV_FILE: join(folder, 'env', 'env'),
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'fakesecret',
      CODE_CACHE: cache,
    }
    const [command = '', ...args] = node
    const preload = join(import.meta.dirname, 'write-code-cache.cjs')
    await promisify(execFile)(command, [...args, ...reproducible, '--require', preload, start], { env })
    if (!existsSync(cache)) throw new Error(`no code cache was written to ${cache}`)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}
