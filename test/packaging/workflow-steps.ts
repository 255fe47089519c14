/** Steps of a workflow of GitHub Actions, and a runner of their scripts that is as much of GitHub's as ours need. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { runBeside } from '../programs/run-beside.ts'

export type Step = {
  readonly job: string
  /** Its name; else the action, or the script. */
  readonly title: string
  readonly id?: string
  readonly run?: string
  readonly env: Readonly<Record<string, string>>
}

type Workflow = {
  readonly env: Readonly<Record<string, string>>
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly (Partial<Step> & { name?: string; uses?: string })[] }>
  >
}

export function parseWorkflow(file: string): {
  env: Readonly<Record<string, string>>
  steps: readonly Step[]
} {
  const { env, jobs }: Workflow = parse(readFileSync(file, 'utf8'))
  const steps = Object.entries(jobs).flatMap(([job, { steps: some }]) =>
    some.map(({ name, uses, id, run, env: own = {} }) => ({
      job,
      title: name ?? uses?.split('@')[0] ?? run ?? '',
      ...(id === undefined ? {} : { id }),
      ...(run === undefined ? {} : { run }),
      env: own,
    })),
  )
  return { env, steps }
}

type Runner = {
  /** Runs the script of a step, as GitHub does where a step names no shell. Throws where it fails. */
  readonly run: (step: Step) => Promise<void>
  readonly outputs: ReadonlyMap<string, Readonly<Record<string, string>>>
}

/**
 * @param folder for the files by which steps pass values to later ones.
 * @param secrets and variables, by name.
 */
export function startRunner(
  cwd: string,
  folder: string,
  env: NodeJS.ProcessEnv,
  secrets: Readonly<Record<string, string>>,
): Runner {
  const files = { GITHUB_ENV: join(folder, 'env'), GITHUB_OUTPUT: join(folder, 'output') }
  writeFileSync(files.GITHUB_ENV, '')
  const outputs = new Map<string, Readonly<Record<string, string>>>()

  function evaluate(text: string): string {
    return text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
      const [whole = '', secret = whole] =
        /^(?:(?:secrets|vars)\.(\w+)|github\.token)$/.exec(expression) ?? []
      // A job passes on what its step of the same name has.
      const [, step = ''] = /^needs\.(\w+)\.outputs\.\w+$/.exec(expression) ?? []
      const found = secrets[secret] ?? (outputs.has(step) ? JSON.stringify(outputs.get(step)) : undefined)
      if (found === undefined) throw new Error(`this runner knows no \${{ ${expression} }}`)
      return found
    })
  }

  return {
    outputs,
    run: async ({ title, id, run = '', env: own }) => {
      writeFileSync(files.GITHUB_OUTPUT, '')
      const script = join(folder, 'script.sh')
      writeFileSync(script, `cd "${cwd}"\n`)
      appendFileSync(script, run)
      const evaluated = Object.fromEntries(
        Object.entries(own).map(([name, value]) => [name, evaluate(value)]),
      )
      const told = linesOf(files.GITHUB_ENV)
      const ended = await runBeside('bash', ['-e', script], {
        env: { ...env, ...files, ...told, ...evaluated },
        timeout: 600_000,
      })
      if (ended.status !== 0) throw new Error(`"${title}": ${ended.stdout}${ended.stderr}`)
      if (id !== undefined) outputs.set(id, linesOf(files.GITHUB_OUTPUT))
    },
  }
}

function linesOf(file: string): Readonly<Record<string, string>> {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}
