/** The inputs on which bench:compare runs the programs of two revisions. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startFakeSsm } from '../runtime/fake-ssm/server.ts'
import { putParameters, writeInitInputs } from './init-inputs.ts'
import { measureCommand } from './measure-command.ts'
import { resourceListOf, type Shape } from './resource-list.ts'

/** The programs of the work tree, and those of the other revision. */
export type Side = 'now' | 'before'

export type Case = {
  readonly title: string
  readonly command: (side: Side) => readonly string[]
  /** Writes what the program reads from standard input to that file. */
  readonly writeInput: (file: string) => Promise<void>
  readonly env?: NodeJS.ProcessEnv
  /** Throws if what the program wrote is wrong. */
  readonly check?: () => void
}

type Setting = {
  /** Empty. */
  readonly folder: string
  readonly dists: Readonly<Record<Side, string>>
  /** The numbers of Deployments. */
  readonly sizes: readonly number[]
  readonly node: string
  readonly measurer: string
}

type Started = { readonly cases: readonly Case[]; readonly stop: () => Promise<void> }

const shapes: readonly Shape[] = ['kustomize', 'kpt', 'plain']

export async function startCases({ folder, dists, sizes, node, measurer }: Setting): Promise<Started> {
  // Copied to empty folders, as users run them, outside this package of ES modules.
  for (const side of ['now', 'before'] as const) {
    mkdirSync(join(folder, side))
    for (const name of ['inject-init', 'export-iam', 'kees', 'init'])
      copyFileSync(join(dists[side], name), join(folder, side, name))
  }
  const program = (name: string, args: readonly string[]) => ({
    title: name,
    command: (side: Side) => [node, join(folder, side, name), ...args],
  })
  const inject = program('inject-init', [])
  const manifests = sizes.flatMap((count) =>
    shapes.flatMap((shape) => [
      ...[10, 1].map((every) => ({
        ...inject,
        title: `inject-init, ${count} Deployments, ${shape}, ${every === 1 ? 'all' : '10 %'} annotated`,
        writeInput: async (file: string) => writeFileSync(file, resourceListOf({ count, every, shape })),
      })),
      ...[program('export-iam', []), program('kees', ['verify', '-f', '-'])].map(({ title, command }) => ({
        command,
        title: `${title === 'kees' ? 'kees verify' : title}, ${count} Deployments, ${shape}, all injected`,
        // A revision reads what the one before has injected.
        writeInput: async (file: string) => {
          const list = join(folder, 'list.yaml')
          writeFileSync(list, resourceListOf({ count, every: 1, shape }))
          await measureCommand(measurer, inject.command('before'), list, file)
        },
      })),
    ]),
  )
  const server = await startFakeSsm()
  putParameters(server.put)
  const { environment, checkFile } = writeInitInputs(folder)
  const inits = (['lines', 'all shapes'] as const).map((kind) => ({
    ...program('init', []),
    title: `init, 25 parameters, ${kind}`,
    writeInput: async (file: string) => writeFileSync(file, ''),
    env: environment(server.endpoint, kind),
    check: () => checkFile(kind),
  }))
  return { cases: [...manifests, ...inits], stop: () => server.stop() }
}
