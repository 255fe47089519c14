import type { AnnotationDiagnostic } from '../diagnostic.ts'
import { sortOf } from '../pod/delivery.ts'
import type { Composed, Declared } from '../pod/pod-annotations.ts'
import type { SecretsFormat } from '../secrets-format.ts'
import { isShellsOwn, variableName } from '../variable-name.ts'

/**
 * Those of the declarations of one pod that are lines of a file whose names a format cannot write: two secrets, or two resources, that would be one
 * variable, of which the later one is reported, and a variable that a shell or the dynamic linker has already.
 */
export function findNameDiagnostics(
  lines: readonly (Declared | Composed)[],
  format: SecretsFormat,
): AnnotationDiagnostic[] {
  if (format !== 'dotenv' && format !== 'shell') return []
  const owners = new Map<string, string>()
  return lines.flatMap(({ annotation, declaration }): AnnotationDiagnostic[] => {
    const sort = sortOf(declaration)
    const variable = variableName(declaration.name)
    const error = (message: string, hint: string): AnnotationDiagnostic => ({
      severity: 'error',
      code: 'CONFLICT',
      annotation,
      message: `in the format ${format} the name becomes ${variable}, ${message}`,
      hint,
    })
    if (isShellsOwn(variable)) return [error('which has a meaning in the shell', 'choose another name')]
    const owner = owners.get(`${sort} ${variable}`)
    if (owner !== undefined) return [error(`like that of ${owner}`, 'rename one of them')]
    owners.set(`${sort} ${variable}`, annotation)
    return []
  })
}
