/** A runner of the steps of action.yml that is as much of GitHub's as they need. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { root } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'

type ActionStep = {
  readonly id: string
  readonly if?: string
  readonly uses?: string
  readonly shell?: string
  readonly run: string
  readonly env?: Readonly<Record<string, string>>
  readonly 'working-directory'?: string
}

type Input = { readonly description: string; readonly required?: boolean; readonly default?: string }

type Action = {
  readonly inputs: Readonly<Record<string, Input>>
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly ActionStep[] }
}

export const action: Action = parse(readFileSync(join(root, 'action.yml'), 'utf8'))

type Event = { readonly name: string; readonly payload: unknown; readonly sha: string }

type ActionRun = {
  readonly failed: readonly string[]
  readonly log: string
  readonly summary: string
  readonly outputs: Readonly<Record<string, string>>
}

/** A part of the steps, and what the steps before them put out. */
export type Only = { readonly steps: readonly string[]; readonly outputs: Readonly<Record<string, string>> }

/**
 * @param workspace with the repository of the user
 * @param temporary a folder for the files of the runner
 * @param env more variables, such as the address of GitHub
 */
export async function runAction(
  workspace: string,
  temporary: string,
  inputs: Readonly<Record<string, string>>,
  { name, payload, sha }: Event,
  env: NodeJS.ProcessEnv = {},
  only: Only = { steps: action.runs.steps.map(({ id }) => id), outputs: {} },
): Promise<ActionRun> {
  mkdirSync(temporary, { recursive: true })
  const file = (base: string, text = '') => {
    writeFileSync(join(temporary, base), text)
    return join(temporary, base)
  }
  const summary = file('summary')
  const variables = {
    ...env,
    GITHUB_ACTION_PATH: root,
    GITHUB_WORKSPACE: workspace,
    GITHUB_EVENT_NAME: name,
    GITHUB_EVENT_PATH: file('event.json', JSON.stringify(payload)),
    GITHUB_REPOSITORY: 'example/app',
    GITHUB_SHA: sha,
    GITHUB_STEP_SUMMARY: summary,
    RUNNER_TEMP: temporary,
  }
  const values = new Map<string, string>([
    ['github.token', 'fake-token'],
    ['github.event_name', name],
    ...Object.entries(only.outputs).map(([path, value]) => [`steps.${path}`, value] as const),
  ])
  const evaluate = (text: string) =>
    text.replaceAll(/\$\{\{ (\S+) \}\}/g, (_, path: string) => valueOf(values, path))
  for (const [input, { default: preset = '' }] of Object.entries(action.inputs))
    values.set(`inputs.${input}`, inputs[input] ?? evaluate(preset))

  const failed: string[] = []
  let log = ''
  for (const step of action.runs.steps.filter(({ id }) => only.steps.includes(id))) {
    const wanted = step.if === undefined ? failed.length === 0 : isTrue(step.if, values)
    values.set(`steps.${step.id}.outcome`, wanted ? 'success' : 'skipped')
    if (!wanted) continue
    const output = file('output')
    const folder = join(workspace, evaluate(step['working-directory'] ?? '.'))
    const own = Object.entries(step.env ?? {}).map(([key, value]) => [key, evaluate(value)])
    // As GitHub runs `shell: bash`; the folder is passed in a variable, because it is an input.
    const script = file('script.sh', `cd "$STEP_FOLDER"\n${step.run}`)
    const ended = await runBeside('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
      env: { ...variables, ...Object.fromEntries(own), GITHUB_OUTPUT: output, STEP_FOLDER: folder },
    })
    log += ended.stdout + ended.stderr
    for (const line of readFileSync(output, 'utf8').split('\n').filter(Boolean)) {
      const [key = '', ...rest] = line.split('=')
      values.set(`steps.${step.id}.outputs.${key}`, rest.join('='))
    }
    if (ended.status === 0) continue
    failed.push(step.id)
    values.set(`steps.${step.id}.outcome`, 'failure')
  }
  return {
    failed,
    log,
    summary: existsSync(summary) ? readFileSync(summary, 'utf8') : '',
    outputs: Object.fromEntries(
      Object.entries(action.outputs).map(([output, { value }]) => [output, evaluate(value)]),
    ),
  }
}

/** Of `${{ !cancelled() && A == 'b' && … }}`. */
function isTrue(expression: string, values: ReadonlyMap<string, string>): boolean {
  const inner = expression.replace(/^\$\{\{ (.*) \}\}$/, '$1')
  return inner.split(' && ').every((part) => {
    if (part === '!cancelled()') return true
    const [, path = '', operator, literal] = /^(\S+) (==|!=) '([^']*)'$/.exec(part) ?? []
    if (operator === undefined) throw new Error(`this runner does not know the condition ${part}`)
    return (valueOf(values, path) === literal) === (operator === '==')
  })
}

/** An output that a step did not set is empty; anything else is an error of the action. */
function valueOf(values: ReadonlyMap<string, string>, path: string): string {
  const value = values.get(path) ?? (/^steps\.[\w-]+\.(outputs\.[\w-]+|outcome)$/.test(path) ? '' : undefined)
  if (value === undefined) throw new Error(`this runner does not know ${path}`)
  return value
}
