/** The module in a ConfigMap that export-iam made, for what is to become files again. */
import { isMap } from '../../api/json.ts'
import { exitCode } from '../../api/exit-code.ts'
import { quote } from '../../api/diagnostic.ts'
import { errorsOf, nameOf, type Result } from '../krm/result.ts'
import { annotationOf, type ManifestItem } from '../krm/manifest-item.ts'
import { lookUp, toValue } from '../yaml/value.ts'
import type { ExportOutput } from './export-items.ts'
import { declaredKeys } from './grants/granted-names.ts'
import { generatorName, markerAnnotation } from './terraform/marker.ts'
import { policiesJson } from './terraform/policies-json.ts'
import { isPoliciesJsonOfOurs } from './terraform/read-policies-json.ts'
import { readPolicies } from './terraform/read-policies.ts'
import { moduleFiles, renderModule } from './terraform/terraform.ts'

type Unpacked = Pick<ExportOutput, 'grants' | 'declaredBy' | 'files' | 'results'>

/** The ConfigMaps that export-iam made, or that somebody marked as such. */
export function findModules(items: readonly ManifestItem[]): readonly ManifestItem[] {
  return items.filter(isGenerated)
}

/** For views of the workloads: what such a ConfigMap grants, when it is unpacked, is not a part of them. */
export function warnOfModules(items: readonly ManifestItem[]): Result[] {
  const message = 'has a module of export-iam, and what it grants is not shown or checked here'
  const hint =
    'show it by kees export --unpack --format markdown, and check it by kees export --unpack --check'
  return findModules(items).map(({ object }) => ({
    severity: 'warning',
    message,
    hint,
    object,
    exit: exitCode.input,
  }))
}

export function unpackModule(items: readonly ManifestItem[]): Unpacked {
  const [first, second] = findModules(items)
  const report = (item: ManifestItem | undefined, message: string, hint?: string): Unpacked => ({
    grants: [],
    declaredBy: new Map(),
    files: new Map(),
    results: errorsOf([{ message, ...(hint === undefined ? {} : { hint }) }], exitCode.input, item?.object),
  })
  if (!first) return report(undefined, 'there is no ConfigMap of export-iam in the input')
  if (second) return report(second, 'is a second module of export-iam: the input must contain only one')
  const data = lookUp(first.root, 'data')
  const value = data && toValue(data)
  const entries = value !== undefined && isMap(value) ? Object.entries(value) : []
  const files = new Map<string, string>()
  for (const [name, text] of entries) {
    // The author of the ConfigMap must not decide where files are written.
    if (!moduleFiles.some((known) => known === name) && name !== policiesJson) {
      return report(
        first,
        `data ${quote(name)} is not a file of a module: known are ${moduleFiles.join(', ')}, ${policiesJson}`,
      )
    }
    if (typeof text === 'string') files.set(name, text)
  }
  if (files.size === 0) return report(first, 'has no files under data')
  const foreign = foreignFile(files)
  if (foreign === undefined) return { files, results: [], ...grantsIn(files, nameOf(first.object)) }
  const changed = 'it was changed, or another version of kees wrote it'
  return report(
    first,
    `data ${quote(foreign)} is not what export-iam writes: ${changed}`,
    'run export-iam again',
  )
}

/** @param source where the grants are from, in place of the workloads that declare them. */
function grantsIn(
  files: ReadonlyMap<string, string>,
  source: string,
): Pick<Unpacked, 'grants' | 'declaredBy'> {
  const { grants = [] } = readPolicies(files.get('policies.tf') ?? '') ?? {}
  const declaredBy = grants.map(
    (grant) => [grant.key, new Map(declaredKeys(grant).map((name) => [name, [source]]))] as const,
  )
  return { grants, declaredBy: new Map(declaredBy) }
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
  return apiVersion === 'v1' && kind === 'ConfigMap' && annotationOf(item, markerAnnotation) === generatorName
}
