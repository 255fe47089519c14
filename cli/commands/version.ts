import { quote } from '../../api/diagnostic.ts'
import { exitCode } from '../../api/exit-code.ts'
import manifest from '../../package.json' with { type: 'json' }
import { readChoice } from '../flags/choice-flag.ts'
import type { Command } from '../flags/command.ts'
import { printUsage } from '../print-results.ts'

export const versionCommand: Command = {
  name: 'version',
  usage: '[-o json]',
  purpose: 'Prints the version of kees, the commit that it was built from, and what runs it.',
  examples: [['Print it for a program', 'kees version -o json']],
  flags: { output: { short: 'o', takes: 'json', meaning: 'the output format: json for programs' } },
  async run(parsed, io) {
    const { value: output, diagnostics = [] } = readChoice(parsed, 'output', ['json'] as const)
    const [operand] = parsed.operands
    const unknown = operand === undefined ? [] : [{ message: `argument ${quote(operand)} is not known` }]
    if (diagnostics.length + unknown.length > 0) return printUsage([...diagnostics, ...unknown], io)
    const { version } = manifest
    // scripts/bundle.ts puts it in.
    const commit = process.env['KEES_BUILD_COMMIT'] || undefined
    const runtime = runtimeOf()
    const platform = `${process.platform}/${process.arch}`
    if (output === 'json') io.out(`${JSON.stringify({ version, commit, runtime, platform }, null, 2)}\n`)
    else {
      io.out(
        `kees ${version}\ncommit ${commit ?? 'unknown'}\n${runtime.name} ${runtime.version}, ${platform}\n`,
      )
    }
    return exitCode.done
  },
}

function runtimeOf(): { readonly name: string; readonly version: string } {
  const { bun, node } = process.versions
  return bun === undefined ? { name: 'node', version: node } : { name: 'bun', version: bun }
}
