/** Runs the builds that docs/silent-skip.md shows, and compares the output of kees verify with that of the page. */
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import t from 'tap'
import { dist, root } from '../programs/programs.ts'
import { parseReadmeBlocks, withOutputs } from './readme-commands.ts'
import { kustomize } from '../programs/tools.ts'
import { untapped } from '../programs/untapped.ts'

const page = join(root, 'docs/silent-skip.md')
const quickstart = join(root, 'kustomize-examples/quickstart')

/** The overlay makes the injection of its base stale. */
const staleOverlay = `resources: [../../base]
patches:
  - target: { kind: Deployment }
    patch: |
      - { op: add, path: /spec/template/metadata/annotations/init.bsycorp.com~1format, value: json }
      - { op: add, path: /spec/template/spec/containers/-, value: { name: proxy, image: "example/proxy:1.0" } }
`

t.test('kees verify prints what the page shows', { skip: kustomize().missing ?? false }, async (t) => {
  const folder = t.testdir({ base: {}, bin: {}, overlays: { prod: { 'kustomization.yaml': staleOverlay } } })
  for (const file of ['kustomization.yaml', 'inject-init.yaml'])
    cpSync(join(quickstart, file), join(folder, 'base', file))
  const app = readFileSync(join(quickstart, 'app.yaml'), 'utf8').replaceAll(',foo=bar', '')
  writeFileSync(join(folder, 'base/app.yaml'), app)
  symlinkSync(kustomize().path ?? '', join(folder, 'bin/kustomize'))
  const env = { ...process.env, PATH: [join(folder, 'bin'), dist, process.env['PATH']].join(delimiter) }
  const text = readFileSync(page, 'utf8')
  const sessions = parseReadmeBlocks(text).flatMap((block) =>
    block.type === 'session' ? block.commands : [],
  )
  t.equal(sessions.length, 2)
  const outputs = sessions.map(({ command, shown }) => {
    const options = { cwd: folder, env, encoding: 'utf8', timeout: 300_000 } as const
    const { stdout, status } = spawnSync(...untapped('bash', ['-c', `exec 2>&1\n${command}`]), options)
    t.equal(status, 1)
    t.equal(shown, stdout, command)
    return stdout
  })
  if (process.env['UPDATE']) writeFileSync(page, withOutputs(text, outputs))
})
