/** The GitHub Action: its steps, run as GitHub runs them, on a merge commit and with GitHub's API on loopback. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { isLong } from '../programs/long.ts'
import { dist, root, run } from '../programs/programs.ts'
import { actionlint, git as gitTool } from '../programs/tools.ts'
import { action, type Only, runAction } from './composite-action.ts'
import { startFakeGitHub } from './fake-github.ts'

t.setTimeout(600_000)

const bot = 'github-actions[bot]'

t.test('no text of an input or an event becomes a part of a script', async (t) => {
  const { using, steps } = action.runs
  t.equal(using, 'composite')
  for (const { id, run: script, shell, uses, ...step } of steps) {
    t.notMatch(script, /\$\{\{/, id)
    t.match(script, /^node "\$GITHUB_ACTION_PATH\/scripts\/action\/[\w-]+\.mjs"$/)
    const [, file = ''] = /(scripts\/.*)"$/.exec(script) ?? []
    t.ok(existsSync(join(root, file)), file)
    t.equal(shell, 'bash')
    t.equal(uses, undefined, 'it uses no action of others')
    const fixed = [step.if, step['working-directory']].join(' ')
    t.notMatch(fixed, /github\.(?!event_name)/, 'what the author of a pull request chooses is no condition')
  }
})

t.test('only the step that comments has the token', async (t) => {
  const having = action.runs.steps.filter(({ env = {} }) => JSON.stringify(env).includes('token'))
  t.strictSame(
    having.map(({ id }) => id),
    ['comment'],
  )
})

t.test('each input is described, and read by a step', async (t) => {
  const text = JSON.stringify(action.runs)
  for (const [name, { description }] of Object.entries(action.inputs)) {
    t.match(description, /^\S/)
    t.match(text, `inputs.${name} `, name)
  }
})

const page = readFileSync(join(root, 'docs/pull-requests.md'), 'utf8')

t.test('docs/pull-requests.md has its inputs and outputs', async (t) => {
  const rows = Object.entries({ ...action.inputs, ...action.outputs }).map(
    ([name, one]) => `| \`${name}\` | ${one.description.replaceAll('|', '\\|')} | ${defaultOf(one)} |`,
  )
  for (const row of rows) t.ok(page.includes(`\n${row}\n`), row)
})

function defaultOf(one: object): string {
  if ('value' in one) return '(output)'
  if ('required' in one) return 'required'
  const given = 'default' in one && typeof one.default === 'string' ? one.default : ''
  return given === '' ? '' : `\`${given.replace(/^\$\{\{ (.*) \}\}$/, '$1')}\``
}

t.test(
  'the workflows of docs/pull-requests.md are right',
  { skip: actionlint().missing ?? false },
  async (t) => {
    const workflows = [...page.matchAll(/^```yaml\n(# \.github\/workflows\/[^]*?)^```$/gm)]
    t.ok(workflows.length > 0)
    const folder = t.testdir({ '.git': {}, '.github': { workflows: {} } })
    cpSync(join(root, 'action.yml'), join(folder, 'action.yml'))
    for (const [index, [, text = '']] of workflows.entries()) {
      t.notMatch(text, /^ *pull_request_target:/m)
      t.match(text, /^permissions: *\{?\}?$|^permissions:$/m)
      // With a local action, it compares the inputs with action.yml.
      const local = text.replaceAll(/uses: bsycorp\/kees@\S+/g, 'uses: ./')
      t.not(local, text)
      writeFileSync(join(folder, `.github/workflows/${index}.yaml`), local)
    }
    const { status, stdout } = run(actionlint().path ?? '', ['-shellcheck=', '-pyflakes='], { cwd: folder })
    t.equal(status, 0, stdout)
  },
)

const deployment = (name: string, ...parameters: readonly string[]) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${JSON.stringify(name)}}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata:
      labels: {app: a}
      annotations:
        iam.amazonaws.com/role: app-role
${parameters.map((one) => `        secret.bsycorp.com/${one}: kind=REFERENCE,type=PASSWORD\n`).join('')}    spec:
      containers: [{name: app, image: app}]
`

const hasGit = { skip: gitTool().missing ?? false }

function git(folder: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false']
  return execFileSync('git', ['-C', folder, ...who, ...args], { encoding: 'utf8' }).trim()
}

/** The merge commit that GitHub checks out for a pull request. */
function merge(folder: string, before: string, after: string): string {
  mkdirSync(join(folder, 'deploy/prod'), { recursive: true })
  git(folder, 'init', '--quiet', '--initial-branch=main')
  // Other folders are not read.
  writeFileSync(join(folder, 'other.yaml'), deployment('other', 'of-others'))
  const commit = (text: string, message: string) => {
    const file = join(folder, 'deploy/prod/app.yaml')
    if (text === '') rmSync(file, { force: true })
    else writeFileSync(file, text)
    git(folder, 'add', '--all')
    git(folder, 'commit', '--quiet', '--allow-empty', `--message=${message}`)
  }
  commit(before, 'before')
  git(folder, 'checkout', '--quiet', '-b', 'change')
  commit(after, 'after')
  git(folder, 'checkout', '--quiet', 'main')
  git(folder, 'merge', '--quiet', '--no-ff', '--message=merge', 'change')
  return git(folder, 'rev-parse', 'HEAD')
}

const inject = (text: string) => run('kees', ['inject', '-f', '-'], { input: text }).stdout

async function world(t: Test, before: string, after: string) {
  const folder = t.testdir({ workspace: {} })
  const workspace = join(folder, 'workspace')
  const sha = merge(workspace, before, after)
  const github = await startFakeGitHub(bot)
  t.teardown(() => github.stop())
  const payload = { pull_request: { number: 7, head: { sha } } }
  const kees = join(dist, 'kees')
  return {
    workspace,
    github,
    act: (inputs: Readonly<Record<string, string>> = {}, event = 'pull_request', only?: Only) =>
      runAction(
        workspace,
        join(folder, 'temporary'),
        { manifests: 'deploy/prod', kees, ...inputs },
        { name: event, payload, sha },
        { GITHUB_API_URL: github.address },
        only,
      ),
  }
}

/** The last step alone, with what `kees diff` printed. */
async function commentWorld(t: Test, difference: string) {
  const folder = t.testdir({ 'diff.md': difference })
  const github = await startFakeGitHub(bot)
  t.teardown(() => github.stop())
  const payload = { pull_request: { number: 7, head: { sha: 'a'.repeat(40) } } }
  const changed = String(difference.startsWith('|'))
  const outputs = { 'diff.outputs.file': join(folder, 'diff.md'), 'diff.outputs.changed': changed }
  return {
    github,
    comment: (inputs: Readonly<Record<string, string>> = {}) =>
      runAction(
        folder,
        join(folder, 'temporary'),
        inputs,
        { name: 'pull_request', payload, sha: '' },
        { GITHUB_API_URL: github.address },
        { steps: ['comment'], outputs },
      ),
  }
}

const table = '| who | gains | loses |\n| --- | --- | --- |\n| `a` | `/db.password` (Deployment/web) |  |\n'

t.test('what a pull request changes is one comment, which is updated', hasGit, async (t) => {
  const after = inject(deployment('web', 'db.password', 'api.token'))
  const { github, act, workspace } = await world(t, inject(deployment('web', 'db.password')), after)
  const first = await act()
  t.strictSame(first.failed, [], first.log)
  const row = '| `app-role` | `/api.token` (Deployment/web) |  |'
  t.match(first.summary, row)
  t.match(readFileSync(first.outputs['diff'] ?? '', 'utf8'), row)
  t.equal(first.outputs['changed'], 'true')
  t.equal(github.comments.length, 1)
  t.match(github.comments[0], { user: { login: bot }, body: /^<!-- kees diff kees -->\n### kees: / })
  t.match(github.comments[0]?.body, row)

  // The branch is now what the pull request makes of it.
  writeFileSync(join(workspace, 'old.yaml'), after)
  const second = await act({ old: 'old.yaml' })
  t.strictSame(second.failed, [], second.log)
  t.equal(second.outputs['changed'], 'false')
  t.equal(github.comments.length, 1)
  t.match(github.comments[0]?.body, 'Nobody gains or loses a parameter.')
})

t.test(
  'a wrong manifest fails, with its line, and the comment does not keep an older text',
  hasGit,
  async (t) => {
    const { github, act } = await world(
      t,
      '',
      deployment('web', 'db.password').replace('PASSWORD', 'PASWORD'),
    )
    github.add({ login: bot }, '<!-- kees diff kees -->\nNobody gains or loses a parameter.')
    const { failed, log, outputs } = await act()
    t.strictSame(failed, ['check', 'diff'])
    t.match(log, /^::error file=deploy\/prod\/app\.yaml,line=11,col=9,title=kees BAD_TYPE::/m)
    t.equal(outputs['changed'], '')
    t.match(github.comments[0]?.body, '`kees diff` failed: the log of the job shows why.')
  },
)

t.test('names that somebody else chose change neither the log nor the comment', hasGit, async (t) => {
  const hostile = '$(touch pwned)`touch pwned`|@everyone\n::warning::a <!-- --> ](http://x.example)'
  const { github, act, workspace } = await world(t, '', deployment(hostile, 'db.password'))
  const first = await act()
  const body = github.comments[0]?.body ?? ''
  t.equal(body.split('\n').length, 9, body)
  t.notMatch(body, /@|\]\(|touch pwned`/)
  t.match(body, '<code>Deployment/&#36;&#40;touch&#32;pwned')
  const more = await act({ manifests: 'deploy/$(touch pwned)\n::stop-commands::x', 'comment-id': 'a -->' })
  for (const { log } of [first, more]) t.notMatch(log, /^::(?!error |warning |notice )|^::warning::/m)
  t.match(more.log, /input comment-id is "a -->": allowed are/)
  t.strictSame(more.failed, ['check', 'diff'])
  t.notOk(existsSync(join(workspace, 'pwned')))
})

t.test('where nothing changes, there is no comment', async (t) => {
  const { github, comment } = await commentWorld(t, 'Nobody gains or loses a parameter.\n')
  t.strictSame((await comment()).failed, [])
  t.strictSame(github.comments, [])
})

t.test('of several comments of its own, one is left, and others are not changed', async (t) => {
  const { github, comment } = await commentWorld(t, table)
  github.add({ login: 'mallory' }, '<!-- kees diff kees -->\nNobody gains anything.')
  github.add(null, '<!-- kees diff kees --> of a deleted account')
  for (let index = 0; index < 150; index++) github.add({ login: 'a' }, 'first')
  for (const text of ['1', '2', '3']) github.add({ login: bot }, `<!-- kees diff kees -->${text}`)
  github.add({ login: bot }, 'of another workflow')
  github.add({ login: bot }, '<!-- kees diff staging -->')
  const { failed, log } = await comment()
  t.strictSame(failed, [], log)
  t.equal(github.comments[0]?.body, '<!-- kees diff kees -->\nNobody gains anything.')
  t.match(
    github.comments.filter(({ user }) => user?.login === bot),
    [{ id: 153, body: table }, { body: 'of another workflow' }, { body: '<!-- kees diff staging -->' }],
  )
  t.equal(github.comments.length, 155)
})

t.test('a large difference fits into a comment', async (t) => {
  const gains = Array.from({ length: 900 }, (_, index) => `\`/n${index}-${'x'.repeat(60)}\``).join('<br>')
  const { github, comment } = await commentWorld(t, `${table}| \`large-role\` | ${gains} |  |\n`)
  const { failed, log } = await comment()
  t.strictSame(failed, [], log)
  const body = github.comments[0]?.body ?? ''
  t.match(body, table, 'whole rows that fit')
  t.match(body, /Too long to be shown, in full in the output `diff` of the action: `large-role`\n/)
})

t.test('GitHub refuses', async (t) => {
  const { github, comment } = await commentWorld(t, table)
  github.refusals.push(403)
  const denied = await comment()
  t.strictSame(denied.failed, [], 'as for each pull request of a fork')
  t.match(denied.log, /^::warning title=kees::GET .*: HTTP 403 refused%0A.*pull-requests: write/m)
  github.refusals.push(502)
  t.strictSame((await comment()).failed, [], 'a call is tried again')
  t.equal(github.comments.length, 1)
  github.refusals.push(404)
  const absent = await comment()
  t.strictSame(absent.failed, ['comment'])
  t.match(
    absent.log,
    /^::error title=kees::GET \/repos\/example\/app\/issues\/7\/comments: HTTP 404 refused$/m,
  )
})

t.test('pull_request_target is refused', hasGit, async (t) => {
  const { github, act } = await world(t, '', '')
  const { failed, log } = await act({}, 'pull_request_target')
  t.strictSame(failed, ['program'])
  t.match(log, /must not run on pull_request_target/)
  t.strictSame(github.calls, [])
})

t.test('a checkout that has no merge commit is an error with a hint', hasGit, async (t) => {
  const { act, workspace } = await world(t, '', inject(deployment('web', 'db.password')))
  git(workspace, 'checkout', '--quiet', 'change')
  const outputs = { 'program.outputs.kees': join(dist, 'kees'), 'program.outcome': 'success' }
  const { failed, log } = await act({}, 'pull_request', { steps: ['diff'], outputs })
  t.strictSame(failed, ['diff'])
  t.match(log, /is not the merge commit of the pull request: set fetch-depth: 2/)
})

// By `npm run test:long`, and where the action has changed.
if (isLong) {
  t.test('modes: what is not injected', hasGit, async (t) => {
    const { act, workspace } = await world(t, '', deployment('web', 'db.password'))
    const file = join(workspace, 'deploy/prod/app.yaml')
    const before = readFileSync(file, 'utf8')
    for (const mode of ['verify', 'inject-check', 'other']) {
      const { failed, log } = await act({ mode })
      t.strictSame(failed, ['check'], mode)
      t.match(log, mode === 'other' ? /input mode is "other": allowed are verify/ : /^::error file=deploy/m)
      t.equal(readFileSync(file, 'utf8'), before)
    }
    const { failed, log } = await act({ mode: 'inject' })
    t.strictSame(failed, [], log)
    t.not(readFileSync(file, 'utf8'), before)
    t.strictSame((await act({ mode: 'inject-check' })).failed, [])
  })

  t.test('the module is compared with the manifests', hasGit, async (t) => {
    const text = inject(deployment('web', 'db.password'))
    const { act, workspace } = await world(t, '', text)
    const out = join(workspace, 'terraform')
    t.equal(run('kees', ['export', '-f', '-', '--out', out], { input: text }).status, 0)
    t.strictSame((await act({ module: 'terraform' })).failed, [])
    const policies = join(out, 'policies.tf')
    writeFileSync(policies, readFileSync(policies, 'utf8').replace('/db.password', '/db.pass'))
    const { failed, log } = await act({ module: 'terraform' })
    t.strictSame(failed, ['check'])
    t.match(log, /^::error .*policies\.tf/m)
  })

  t.test('paths are relative to the working directory, and all manifests may be new', hasGit, async (t) => {
    const { act, github } = await world(t, '', inject(deployment('web', 'db.password')))
    const { failed, log } = await act({ 'working-directory': 'deploy', manifests: 'prod' })
    t.strictSame(failed, [], log)
    t.match(github.comments[0]?.body, '`/db.password` (Deployment/web)')
  })

  t.test('a push is only checked', hasGit, async (t) => {
    const { act, github } = await world(t, '', inject(deployment('web', 'db.password')))
    const { failed, summary } = await act({}, 'push')
    t.strictSame([failed, summary, github.calls], [[], '', []])
  })

  t.test('without a program, the action builds its own', hasGit, async (t) => {
    const copy = join(t.testdir(), 'action')
    const listed = execFileSync('git', ['-C', root, 'ls-files', '-co', '--exclude-standard', '-z'], {
      encoding: 'utf8',
    })
    for (const file of listed.split('\0').filter((one) => one !== '' && existsSync(join(root, one))))
      cpSync(join(root, file), join(copy, file))
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    const output = join(copy, 'output')
    const { status, stderr } = run('node', [join(copy, 'scripts/action/find-program.mjs')], {
      cwd: copy,
      env: { GITHUB_OUTPUT: output, INPUT_KEES: '', GITHUB_EVENT_NAME: 'push' },
    })
    t.equal(status, 0, stderr)
    const program = readFileSync(output, 'utf8').trim().replace('kees=', '')
    t.equal(program, join(copy, 'dist/kees'))
    t.equal(run(program, ['version']).status, 0)
  })
}
