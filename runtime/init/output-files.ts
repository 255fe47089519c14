import { exitCode } from '../../api/exit-code.ts'
import type { InitEnv } from '../../api/init-env.ts'
import type { DeclaredValue } from './fetch-declared.ts'
import { formatValues, refusedBy } from './format-values.ts'
import type { InitDiagnostic } from './report.ts'
import type { NewFile } from './file-tree.ts'

export type OutputFiles =
  | { readonly files: readonly NewFile[]; readonly diagnostics?: never }
  | { readonly files?: never; readonly diagnostics: readonly InitDiagnostic[] }

type Settings = Pick<InitEnv, 'secretsFile' | 'resourcesFile' | 'format'>

/** A file for each sort of declaration that there is; with the format files, a folder. */
export function outputFiles(values: readonly DeclaredValue[], settings: Settings): OutputFiles {
  const diagnostics = values.flatMap(({ declared: { annotation, parameter }, value }): InitDiagnostic[] => {
    const refused = refusedBy(settings.format, value)
    if (refused === undefined) return []
    const message = `annotation ${annotation}: the value of parameter ${parameter} ${refused}`
    const hint = `choose another format, or store another value`
    return [{ exit: exitCode.input, message, hint, fields: { annotation, parameter, code: 'INVALID_VALUE' } }]
  })
  if (diagnostics.length > 0) return { diagnostics }
  const sorts = [
    ['secret', settings.secretsFile],
    ['resource', settings.resourcesFile],
  ] as const
  const files = sorts.flatMap(([what, path]): NewFile[] => {
    const own = values.filter(({ declared }) => declared.declaration.what === what)
    const entries = own.map(({ declared, value }) => [declared.declaration.name, value] as const)
    return own.length === 0 ? [] : [{ path, content: formatValues(settings.format, entries) }]
  })
  return { files }
}
