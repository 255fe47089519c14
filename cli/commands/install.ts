import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Diagnostic } from '../../api/diagnostic.ts'
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { type Command, type Io, isOn } from '../flags/command.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { printUsage } from '../print-results.ts'
import { installFiles, planInstall } from '../files/install-files.ts'

/** In this order: a newer Node runs older programs, but an older Node may not run newer ones. */
const programs = ['inject-init', 'export-iam', 'kees'] as const

export const installCommand: Command = {
  name: 'install',
  usage: 'DIR [--dry-run]',
  purpose: 'Copies Node, inject-init, export-iam and kees into DIR.',
  details: 'They run with DIR on the PATH, without any other Node. A second run replaces files that differ.',
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
  // Follows symbolic links, such as those that npm creates, to the folder with all programs.
  const beside = dirname(await realpath(io.self.program))
  const sources = new Map([
    ['node', io.self.node],
    ...programs.map((name) => [name, join(beside, name)] as const),
  ])
  for (const [name, source] of sources) {
    if (!existsSync(source))
      diagnostics.push({ message: `${name} cannot be installed: ${source} does not exist` })
  }
  if (diagnostics.length > 0 || folder === undefined) return printUsage(diagnostics, io)
  const install = isOn(parsed, 'dry-run') ? planInstall : installFiles
  for (const { path, outcome } of await install(sources, folder)) io.out(`${path} ${outcome}\n`)
  return exitCode.done
}
