import { execFileSync } from 'node:child_process'
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'
import { largestFile, readRegular } from './read-regular.ts'

const app = 'apiVersion: v1\nkind: Pod\nmetadata: {name: app}\n'
const folder = t.testdir({ 'app.yaml': app, manifests: { 'app.yaml': app, sub: {} } })
const path = (name: string) => join(folder, name)

t.equal((await readRegular(path('app.yaml'))).value?.toString(), app)
symlinkSync('app.yaml', path('link.yaml'))
t.equal((await readRegular(path('link.yaml'))).value?.toString(), app, 'a link to a file')

const wrong = async (name: string) =>
  (await readRegular(name)).diagnostics?.map(({ message }) => message).join()
execFileSync('mkfifo', [path('fifo.yaml')])
t.match(await wrong(path('fifo.yaml')), /fifo\.yaml" is not a regular file/, 'a FIFO, without waiting')
symlinkSync('/dev/zero', path('zero.yaml'))
t.match(await wrong(path('zero.yaml')), /zero\.yaml" is not a regular file/, 'a device that never ends')
writeFileSync(path('large.yaml'), '')
truncateSync(path('large.yaml'), largestFile + 1)
t.match(
  await wrong(path('large.yaml')),
  /has 268435457 bytes, and at most 268435456 are read/,
  'a file of more than 256 MiB',
)
t.match(await wrong(path('manifests')), /it is a folder \(EISDIR\)/)
t.match(await wrong(path('absent')), /it does not exist \(ENOENT\)/)

await t.test('links out of a folder that is read are an error, and so is what is no file', async (t) => {
  symlinkSync('../app.yaml', path('manifests/far.yaml'))
  symlinkSync('app.yaml', path('manifests/near.yaml'))
  const io = fakeIo()
  t.equal(await kees(['inject', '-f', path('manifests')], io), 1)
  t.equal(
    io.said(),
    `error: ${path('manifests/far.yaml')} is a link to a file outside of ${path('manifests')}\n  hint: name that file by -f\n`,
  )
  execFileSync('mkfifo', [path('manifests/fifo.yaml')])
  const other = fakeIo()
  t.equal(await kees(['verify', '-f', path('manifests')], other), 2)
  t.match(other.said(), /fifo\.yaml" is not a regular file/)
})

await t.test('links to folders are not followed, which is a warning', async (t) => {
  const tree = t.testdir({
    'app.yaml': app,
    sub: { 'app.yaml': app.replace('app}', 'other}') },
    else: { 'b.yaml': app },
  })
  symlinkSync('..', join(tree, 'sub/loop'))
  symlinkSync('../else', join(tree, 'sub/far.yaml'))
  const io = fakeIo()
  t.equal(await kees(['verify', '-R', '-f', tree], io), 0)
  t.equal(
    io.said(),
    ['far.yaml', 'loop']
      .map(
        (name) =>
          `warning: ${tree}/sub/${name} is a link to a folder, and what is in it is not read\n  hint: name that folder by -f too\n`,
      )
      .join(''),
  )
  const flat = fakeIo()
  t.equal(await kees(['verify', '-f', tree], flat), 0)
  t.equal(flat.said(), '', 'without -R, no subfolder is read')
  const only = t.testdir({ sub: {} })
  symlinkSync(tree, join(only, 'sub/link'))
  const none = fakeIo()
  t.equal(await kees(['verify', '-R', '-f', only], none), 1)
  t.match(none.said(), /is a link to a folder[^]*error: there is no Kubernetes object in/)
})

await t.test('a name with control characters is shown on one line, without them', async (t) => {
  const name = 'a\u001b[2J\nerror: b.yaml'
  writeFileSync(path(name), 'a: [')
  for (const args of [
    ['verify', '-f', path(name)],
    ['verify', '-f', path(`${name}-absent`)],
    ['inject', '-f', path('app.yaml'), '--config', path(name)],
    ['export', '-f', path('app.yaml'), '--out', path(`app.yaml/${name}`)],
    ['verify', '-f', path('app.yaml'), '--iam', path(`${name}-absent`)],
    ['fetch', '-f', path('app.yaml'), '--workload', 'Pod/app', '--out', path(`app.yaml/${name}`)],
  ]) {
    const io = fakeIo()
    t.not(await kees(args, io), 0, args.slice(0, 2).join(' ').slice(0, 12))
    t.notMatch(io.said(), /[^\P{Cc}\n]/u)
    t.notMatch(io.said(), /^error: b/m)
  }
})
