import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Diagnostic } from '../../api/diagnostic.ts'
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { type Command, type Io, isOn } from '../flags/command.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { printUsage } from '../print-results.ts'
import { installFiles, type InstallSource, planInstall } from '../files/install-files.ts'

const functions = ['inject-init', 'export-iam'] as const

export const installCommand: Command = {
  name: 'install',
  usage: 'DIR [--dry-run]',
  purpose: 'Installs inject-init, export-iam, kees and the Node that runs them into DIR.',
  details:
    'They run with DIR on the PATH, without any other Node. A second run replaces files that differ. The standalone executable, which contains Node, copies itself to DIR/kees; the functions are symbolic links to it.',
  examples: [
    [
      'Copy them into a container without Node, such as the repo-server of Argo CD',
      'kees install /custom-tools',
    ],
  ],
  completes: 'folders',
  flags: { 'dry-run': { meaning: 'only show what would be installed' } },
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const [folder, ...more] = parsed.operands
  const diagnostics: Diagnostic[] = []
  if (folder === undefined || folder === '')
    diagnostics.push({ message: 'the folder is missing: kees install DIR' })
  if (more.length > 0) diagnostics.push({ message: 'only one folder can be given' })
  const sources = await sourcesOf(io.self)
  for (const [name, source] of sources) {
    if ('file' in source && !existsSync(source.file))
      diagnostics.push({ message: `${name} cannot be installed: ${source.file} does not exist` })
  }
  if (diagnostics.length > 0 || folder === undefined) return printUsage(diagnostics, io)
  const install = isOn(parsed, 'dry-run') ? planInstall : installFiles
  for (const { path, outcome } of await install(sources, folder)) io.out(`${path} ${outcome}\n`)
  return exitCode.done
}

/** By their names, in the order in which they are replaced. */
async function sourcesOf({ node, program }: Io['self']): Promise<ReadonlyMap<string, InstallSource>> {
  // In the standalone executable, they are one file: ../executable.ts.
  if (node === program) {
    return new Map<string, InstallSource>([
      ['kees', { file: node }],
      ...functions.map((name) => [name, { linkTo: 'kees' }] as const),
    ])
  }
  // Follows symbolic links, such as those that npm creates, to the folder with all programs.
  const beside = dirname(await realpath(program))
  // In an image, what is beside kees starts a function with the code cache of that image, which another Node or architecture rejects.
  const inImage = (name: string) => join(beside, '..', 'lib', 'kees', name)
  const fileOf = (name: string) => (existsSync(inImage(name)) ? inImage(name) : join(beside, name))
  return new Map([
    // First: a newer Node runs older programs, but an older Node may not run newer ones.
    ['node', { file: node }],
    ...[...functions, 'kees'].map((name) => [name, { file: fileOf(name) }] as const),
  ])
}
