/** The module in a ConfigMap that export-iam made, for what is to become files again. */
import { isMap } from '../../api/json.ts'
import { exitCode } from '../../api/exit-code.ts'
import { quote } from '../../api/diagnostic.ts'
import { errorsOf, type Result } from '../krm/result.ts'
import { annotationsOf, type ManifestItem } from '../krm/manifest-item.ts'
import { lookUp, toValue } from '../yaml/value.ts'
import { generatorName, markerAnnotation } from './marker.ts'
import { policiesJson } from './policies-json.ts'
import { isPoliciesJsonOfOurs } from './read-policies-json.ts'
import { readPolicies } from './read-policies.ts'
import { moduleFiles, renderModule } from './terraform.ts'

type Unpacked = {
  /** File names to texts; empty with an error among the results. */
  readonly files: ReadonlyMap<string, string>
  readonly results: readonly Result[]
}

/** @returns undefined where the input has no such ConfigMap. */
export function unpackModule(items: readonly ManifestItem[]): Unpacked | undefined {
  const [first, second] = items.filter(isGenerated)
  if (!first) return undefined
  const report = ({ object }: ManifestItem, message: string, hint?: string): Unpacked => ({
    files: new Map(),
    results: errorsOf([{ message, ...(hint === undefined ? {} : { hint }) }], exitCode.input, object),
  })
  if (second) return report(second, 'is a second module of export-iam: one folder holds one')
  const data = lookUp(first.root, 'data')
  const value = data && toValue(data)
  const entries = value !== undefined && isMap(value) ? Object.entries(value) : []
  const files = new Map<string, string>()
  for (const [name, text] of entries) {
    // The author of the ConfigMap must not decide where files are written.
    if (!moduleFiles.some((known) => known === name) && name !== policiesJson) {
      return report(
        first,
        `data ${quote(name)} is no file of a module: known are ${moduleFiles.join(', ')}, ${policiesJson}`,
      )
    }
    if (typeof text === 'string') files.set(name, text)
  }
  if (files.size === 0) return report(first, 'has no files under data')
  const foreign = foreignFile(files)
  if (foreign === undefined) return { files, results: [] }
  const changed = 'it was changed, or another version of kees wrote it'
  return report(
    first,
    `data ${quote(foreign)} is not what export-iam writes: ${changed}`,
    'run export-iam again',
  )
}

/** Files become part of a configuration that terraform runs, so nothing but what we would write ourselves does. */
function foreignFile(files: ReadonlyMap<string, string>): string | undefined {
  const json = files.get(policiesJson)
  if (json !== undefined) return isPoliciesJsonOfOurs(json) && files.size === 1 ? undefined : policiesJson
  const read = readPolicies(files.get('policies.tf') ?? '')
  if (!read) return 'policies.tf'
  const written = renderModule(read.grants, read.kmsKeys)
  return moduleFiles.find((name) => files.get(name) !== written.get(name))
}

function isGenerated(item: ManifestItem): boolean {
  const { apiVersion, kind } = item.object
  return (
    apiVersion === 'v1' && kind === 'ConfigMap' && annotationsOf(item).get(markerAnnotation) === generatorName
  )
}
