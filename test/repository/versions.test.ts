/** Pages, examples and what comes out of them name one version of kees: that of package.json. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import manifest from '../../package.json' with { type: 'json' }
import { root } from '../programs/programs.ts'
import { git } from '../programs/tools.ts'

/** Images, tags of this repository in sources of others, and what kustomize's `images:` puts in. */
const naming = /(?:\bkees-[\w$-]+:|[?&]ref=|\btargetRevision: |\bnewTag: )(v\d[\w.]*)/g
const ofOthers = /argoproj\/argo-cd/

t.test('one version everywhere', { skip: git().missing ?? false }, async (t) => {
  const patterns = ['*.md', '*.yaml', '*.tf', '*Kptfile']
  const listed = execFileSync('git', ['ls-files', '-z', ...patterns], { cwd: root, encoding: 'utf8' })
  const found = listed
    .split('\0')
    .filter((file) => file !== '')
    .flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .flatMap((line, index) => (ofOthers.test(line) ? [] : versionsIn(line, `${file}:${index + 1}`))),
    )
  t.ok(found.length > 50, `${found.length} places`)
  t.strictSame(
    found.filter(({ version }) => version !== `v${manifest.version}`),
    [],
  )
})

t.test('each way to write a version is found', async (t) => {
  for (const line of [
    'image: bsycorp/kees-init:v9.9.9',
    'docker push $registry/kees-$image:v9.9.9-amd64',
    'source = "github.com/bsycorp/kees//install/creator/terraform?ref=v9.9.9"',
    'targetRevision: v9.9.9',
    'newTag: v9.9.9',
  ])
    t.strictSame(versionsIn(line, 'here'), [{ version: 'v9.9.9', where: 'here' }], line)
})

function versionsIn(line: string, where: string): { readonly version: string; readonly where: string }[] {
  return [...line.matchAll(naming)].map(([, version = '']) => ({ version, where }))
}
