/** Inputs that never end, or are no text: an error of one fact, in memory that does not grow. */
import { gzipSync } from 'node:zlib'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { run } from '../programs/programs.ts'

const folder = t.testdir({})
const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: app}\n'
writeFileSync(join(folder, 'pod.yaml'), pod)
writeFileSync(join(folder, 'gzip.yaml'), gzipSync(pod))
writeFileSync(join(folder, 'utf16.yaml'), `\ufeff${pod}`, 'utf16le')
writeFileSync(join(folder, 'dense.yaml'), `a: [${'1,'.repeat(10_000_000)}1]\n`)
// Of zeros, which take no space on the disk.
writeFileSync(join(folder, 'large.bin'), '')
truncateSync(join(folder, 'large.bin'), 400_000_000)

const nul = 'has a NUL byte, which YAML does not allow'
const cases: readonly (readonly [command: string, status: number, said: string])[] = [
  ['inject-init < /dev/zero', 1, `the input ${nul}`],
  ['export-iam < /dev/zero', 1, `the input ${nul}`],
  ['cat /dev/zero | kees verify -f -', 1, `the manifest ${nul}`],
  ['kees inject -f /dev/stdin < /dev/zero', 1, `the manifest ${nul}`],
  ['kees inject -f pod.yaml --config /dev/stdin < /dev/zero', 2, nul],
  ['kees put a --store file:. < /dev/zero', 2, 'has more than 1048576 bytes'],
  ['inject-init < large.bin', 1, `the input ${nul}`],
  ['kees put a --store file:. < large.bin', 2, 'has more than 1048576 bytes'],
  ['inject-init < gzip.yaml', 1, 'the input is compressed by gzip'],
  ['kees export -f utf16.yaml', 1, 'the manifest is UTF-16 or UTF-32 text, not UTF-8'],
  // The heap is small, so that a small text is too large.
  ['NODE_OPTIONS=--max-old-space-size=256 kees verify -f dense.yaml', 1, 'has about 10000004 YAML nodes'],
]
for (const [command, status, said] of cases) {
  t.test(command, async (t) => {
    const { status: exit, stdout, stderr } = run('bash', ['-c', command], { cwd: folder })
    t.match(stderr, said)
    t.notMatch(stderr, 'bug')
    t.strictSame([exit, stdout], [status, ''])
  })
}
