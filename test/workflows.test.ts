/** The workflows of GitHub Actions, as far as they can be judged without running them. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { images } from '../scripts/images/image-programs.ts'
import { platforms } from '../scripts/images/platform.ts'
import { root, run } from './programs.ts'
import { actionlint } from './tools.ts'

const folder = join(root, '.github/workflows')
const files = globSync('*.yaml', { cwd: folder }).map((name) => join(folder, name))

t.test('actionlint finds nothing in them', { skip: actionlint().missing ?? false }, async (t) => {
  // What it makes of shell depends on which other linter the machine has.
  const { status, stdout } = run(actionlint().path ?? '', ['-shellcheck=', '-pyflakes=', ...files])
  t.equal(status, 0, stdout)
})

type Workflow = {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, { readonly permissions?: Readonly<Record<string, string>> }>>
}

t.test('they use actions by commit, and may write nothing unless a job says so', async (t) => {
  t.ok(files.length > 1)
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    const used = [...text.matchAll(/uses: (\S+)(.*)$/gm)]
    t.ok(used.length > 0)
    for (const [, action, comment] of used) {
      t.match(action, /^[\w./-]+@[0-9a-f]{40}$/)
      t.match(comment, /^ # v\d+\.\d+\.\d+$/)
    }
    const { permissions, jobs }: Workflow = parse(text)
    t.strictSame(permissions, { contents: 'read' })
    for (const job of Object.values(jobs)) t.not(job.permissions?.['contents'], 'write')
  }
})

t.test('a release signs, describes and attests every image', async (t) => {
  const text = readFileSync(join(folder, 'release.yaml'), 'utf8')
  const [, signed] = /for image in ([^;]+);/.exec(text) ?? []
  const [, described] = /for arch in ([^;]+);/.exec(text) ?? []
  const all = images.map(({ target }) => target).toSorted()
  t.strictSame(signed?.split(' ').toSorted(), all)
  t.strictSame(described?.split(' ').toSorted(), platforms.map(({ arch }) => arch).toSorted())
  const attested = [...text.matchAll(/subject-name: index\.docker\.io\/bsycorp\/kees-(\S+)/g)]
  t.strictSame(attested.map(([, name = '']) => name).toSorted(), all)
  for (const name of all) t.match(text, `subject-digest: \${{ steps.push.outputs.${name} }}`)
})
