import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Diagnostic } from '../../api/diagnostic.ts'
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import type { Command, Io } from '../flags/command.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { printUsage } from '../print-results.ts'
import { installFiles } from '../files/install-files.ts'

/** In this order: a newer Node runs older programs, but an older Node may not run newer ones. */
const programs = ['inject-init', 'export-iam', 'kees'] as const

export const installCommand: Command = {
  name: 'install',
  usage: 'DIR',
  purpose: 'Copies Node, inject-init, export-iam and kees into DIR.',
  details: 'They run with DIR on the PATH, without any other Node. A second run replaces files that differ.',
  examples: [
    [
      'Copy them into a container without Node, such as the repo-server of Argo CD',
      'kees install /custom-tools',
    ],
  ],
  flags: {},
  run,
}

async function run({ operands }: ParsedFlags, io: Io): Promise<ExitCode> {
  const [folder, ...more] = operands
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
  for (const { path, outcome } of await installFiles(sources, folder)) io.out(`${path} ${outcome}\n`)
  return exitCode.done
}
