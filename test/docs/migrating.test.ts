/** The commands of docs/migrating-from-java.md, on the table of a quickstart, and of docs/beside-external-secrets.md. */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import t from 'tap'
import { dist, root } from '../programs/programs.ts'
import { untapped } from '../programs/untapped.ts'

const page = readFileSync(join(root, 'docs/migrating-from-java.md'), 'utf8')
const scripts = [...page.matchAll(/^ *```sh\n([^]*?)^ *```$/gm)].map(([, script = '']) => script)

t.test('a dry run stores nothing, an import all that is declared, and --check finds it', async (t) => {
  t.equal(scripts.length, 2)
  const folder = t.testdir({ bin: {}, store: {} })
  chmodSync(join(folder, 'store'), 0o700)
  cpSync(join(root, 'kustomize-examples/quickstart/app.yaml'), join(folder, 'manifest.yaml'))
  const scan = {
    Items: [{ secretName: { S: '/db.password' }, secretValue: { S: 'ZmFrZXBhc3N3b3Jk' } }],
    Count: 1,
    ScannedCount: 1,
  }
  writeFileSync(join(folder, 'scan.json'), JSON.stringify(scan))
  writeFileSync(
    join(folder, 'bin/aws'),
    '#!/bin/sh\n[ "$*" = "dynamodb scan --table-name prod-kube-secret --output json" ] && cat scan.json\n',
    { mode: 0o755 },
  )
  const PATH = [join(folder, 'bin'), dist, process.env['PATH']].join(delimiter)
  const env = { ...process.env, PATH, KEES_STORE: `file:${folder}/store` }
  const run = (script = '') =>
    spawnSync(...untapped('bash', ['-euo', 'pipefail', '-c', script]), { cwd: folder, env, encoding: 'utf8' })
  const [dryRun, store] = scripts
  const first = run(dryRun)
  t.equal(first.status, 0, first.stderr)
  t.match(first.stdout, /^\/db\.password +would be stored$/m)
  const second = run(store)
  t.equal(second.status, 0, second.stderr)
  t.match(second.stdout, /^\/db\.password +stored$[^]*^\/db\.password +exists$/m)
  t.equal(readFileSync(join(folder, 'store/%2Fdb.password'), 'utf8'), 'fakepassword')
})

t.test('docs/beside-external-secrets.md shows what kees convert prints', async (t) => {
  const text = readFileSync(join(root, 'docs/beside-external-secrets.md'), 'utf8')
  const pairs = [...text.matchAll(/^```sh\n([^]*?)^```\n\n```yaml\n([^]*?)^```$/gm)]
  t.equal(pairs.length, 2)
  const env = { ...process.env, PATH: [dist, process.env['PATH']].join(delimiter) }
  const cwd = join(root, 'cli/convert/testdata/example')
  for (const [, script = '', shown] of pairs) {
    const options = { cwd, env, encoding: 'utf8' } as const
    const { status, stdout, stderr } = spawnSync(...untapped('bash', ['-euc', script]), options)
    t.equal(status, 0, stderr)
    t.equal(stdout, shown)
  }
})
