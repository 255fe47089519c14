/** The list of prune, with what was read for it: a person judges by that whether the list may be trusted. */
import { quote } from '../../api/diagnostic.ts'
import { formatTable } from '../print/table.ts'
import type { Coverage } from '../trail/coverage.ts'
import type { UnusedGroup } from './unused-groups.ts'

type Pruned = {
  readonly trail: Omit<Coverage, 'from' | 'to'> & { readonly from: string; readonly to: string }
  /** The contexts whose clusters were read. */
  readonly contexts: readonly string[]
  readonly unused: readonly Row[]
}

type Row = Omit<UnusedGroup, 'created'> & { readonly created: string; readonly command: string }

/** @param contexts undefined: the current one. */
export function prunedOf(
  unused: readonly UnusedGroup[],
  covered: Coverage,
  contexts: readonly string[] | undefined,
): Pruned {
  return {
    trail: { ...covered, from: timeOf(covered.from), to: timeOf(covered.to) },
    contexts: contexts ?? ['(current)'],
    unused: unused.map((group) => ({
      ...group,
      created: timeOf(group.created),
      command: `aws ssm delete-parameters --region ${covered.region} --names ${group.parameters.join(' ')}`,
    })),
  }
}

export function formatPruned({ trail, contexts, unused }: Pruned): string {
  const { account, region, from, to, events, reads } = trail
  const clusters = contexts.length === 0 ? 'none' : contexts.map(shown).join(', ')
  const read = `# trail: ${from} to ${to}, account ${account}, region ${region}, ${events} events, ${reads} of them reads\n# clusters: ${clusters}\n\n`
  if (unused.length === 0) return `${read}nothing to delete\n`
  const table = formatTable(
    ['parameters', 'type', 'bits', 'created'],
    unused.map(({ parameters, type, size, created }) => [parameters.join(', '), type, String(size), created]),
  )
  return `${read}${table}\n${unused.map(({ command }) => `${command}\n`).join('')}`
}

function shown(context: string): string {
  return /^[\w.:/@()-]+$/.test(context) ? context : quote(context)
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
