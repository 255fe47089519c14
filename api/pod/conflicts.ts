import { type DynamicSecret, isInSecretsManager } from '../declaration/declaration.ts'
import { describeDisagreement, type Group, groupOf, sameGroup } from '../declaration/group.ts'
import type { AnnotationDiagnostic } from '../diagnostic.ts'
import { type Declared, isDynamic } from './pod-annotations.ts'

/**
 * The declarations of one input that cannot all be had: two DYNAMIC declarations that would make one parameter
 * differently, and, inside one pod, a REFERENCE to a parameter that the same pod's DYNAMIC declaration makes. The
 * later one is reported.
 *
 * @param pods the declarations of each pod. @param nameOf the name, for messages, of the pod at a position; without it
 * all are taken to be one. @returns for each pod, by its position, what is wrong with it.
 */
export function findConflicts(
  pods: readonly (readonly Declared[])[],
  nameOf?: (position: number) => string,
): AnnotationDiagnostic[][] {
  const makers = new Map<string, Maker>()
  return pods.map((declareds, position) => {
    const diagnostics: AnnotationDiagnostic[] = []
    const madeHere = new Map<string, Declared>()
    for (const declared of declareds) {
      if (!isDynamic(declared)) continue
      const group = groupOf(declared.declaration, declared.parameter)
      for (const { parameter } of group.parts) madeHere.set(parameter, declared)
      const rival = group.parts
        .map(({ parameter }) => makers.get(parameter))
        .find((other) => other !== undefined && !sameGroup(other.group, group))
      if (rival) {
        const where = nameOf && rival.position !== position ? `${nameOf(rival.position)} ` : ''
        const other = `${where}${rival.by.annotation}, which`
        diagnostics.push(conflict(declared, describeDisagreement(group, other, rival.group)))
        continue
      }
      for (const { parameter } of group.parts) makers.set(parameter, { by: declared, group, position })
    }
    for (const declared of declareds) {
      const maker = madeHere.get(declared.parameter)
      const { declaration } = declared
      if (maker === undefined || declaration.what !== 'secret' || declaration.kind !== 'REFERENCE') continue
      // A secret of Secrets Manager is another thing, even of that name.
      if (isInSecretsManager(declaration)) continue
      const message = `kind REFERENCE, but the same pod's ${maker.annotation} declares this parameter with kind DYNAMIC`
      diagnostics.push(conflict(declared, message))
    }
    return diagnostics
  })
}

type Maker = { readonly by: Declared<DynamicSecret>; readonly group: Group; readonly position: number }

function conflict({ annotation }: Declared, message: string): AnnotationDiagnostic {
  return { severity: 'error', code: 'CONFLICT', annotation, message }
}
