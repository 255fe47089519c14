/** ExternalSecrets with their SecretStores. https://external-secrets.io/latest/api/externalsecret/ */
import { type Diagnostic, quote } from '../../api/diagnostic.ts'
import { exitCode } from '../../api/exit-code.ts'
import { isMap, type JsonMap, listOf, mapOf } from '../../api/json.ts'
import type { ManifestItem } from '../../functions/krm/manifest-item.ts'
import { nameOf, type Result } from '../../functions/krm/result.ts'
import { toValue } from '../../functions/yaml/value.ts'
import { readRemoteRef } from './remote-ref.ts'
import { findStore, type SecretStore, storeResults } from './secret-store.ts'
import {
  leaveIn,
  type NamespaceOf,
  type Namespaces,
  type ReadSource,
  type SourceValue,
  textIn,
} from './source-value.ts'

/** @param items the ExternalSecrets and the stores that they refer to; others are ignored. */
export function readExternalSecrets(
  items: readonly ManifestItem[],
  namespaceOf: NamespaceOf,
): { readonly sources: readonly ReadSource[]; readonly results: readonly Result[] } {
  const stores = new Map<string, SecretStore>()
  const sources = items
    .filter(({ object: { kind } }) => kind === 'ExternalSecret' || kind === 'ClusterExternalSecret')
    .map((item) => {
      const { namespaces, secret, spec } = specOf(item, namespaceOf)
      return readOne(item, namespaces, secret, spec, (ref) => {
        const found = findStore(ref, items, namespaces, namespaceOf)
        if (found.value) {
          const { kind, name } = found.value.object
          stores.set([kind, namespaceOf(found.value.object), name].join('/'), found.value)
        }
        return found
      })
    })
  return { sources, results: storeResults([...stores.values()]) }
}

type Spec = { readonly namespaces: Namespaces; readonly secret: string; readonly spec: JsonMap }

function specOf({ object, root }: ManifestItem, namespaceOf: NamespaceOf): Spec {
  const outer = mapOf(mapOf(toValue(root))['spec'])
  const isCluster = object.kind === 'ClusterExternalSecret'
  const spec = isCluster ? mapOf(outer['externalSecretSpec']) : outer
  const name = (isCluster ? textIn(outer['externalSecretName']) : undefined) ?? object.name
  const listed = listOf(outer['namespaces']).flatMap((one) => textIn(one) ?? [])
  // Selectors may match any namespace.
  const isListed = listed.length > 0 && listOf(outer['namespaceSelectors']).length === 0
  const ofCluster = isListed && outer['namespaceSelector'] === undefined ? listed : undefined
  return {
    namespaces: isCluster ? ofCluster : [namespaceOf(object)],
    secret: textIn(mapOf(spec['target'])['name']) ?? name,
    spec,
  }
}

function readOne(
  { object }: ManifestItem,
  namespaces: Namespaces,
  secret: string,
  spec: JsonMap,
  find: (ref: unknown) => ReturnType<typeof findStore>,
): ReadSource {
  const results: Result[] = []
  const leave = leaveIn(results, object)
  if (listOf(spec['dataFrom']).length > 0)
    leave(
      'spec.dataFrom cannot be carried over',
      'declare each value that the app reads, by an annotation of its own',
    )
  if (mapOf(spec['target'])['template'] !== undefined)
    leave(
      'spec.target.template cannot be carried over',
      'write the text as an annotation compose.<domain>/<name>',
    )
  const values = listOf(spec['data']).flatMap((entry, index): SourceValue[] => {
    const { secretKey, remoteRef, sourceRef } = mapOf(entry)
    const key = textIn(secretKey)
    const where = `spec.data[${index}]${key === undefined ? '' : ` (${quote(key)})`}`
    const wrong: Diagnostic[] = []
    if (key === undefined) wrong.push({ message: 'secretKey is missing', hint: 'correct the file' })
    const source = mapOf(sourceRef)
    if (source['generatorRef'] !== undefined) {
      const hint = 'declare it with kind=DYNAMIC: the creator makes it'
      leave(`${where}: sourceRef.generatorRef cannot be carried over`, hint)
      return []
    }
    const store = find(isMap(source['storeRef']) ? source['storeRef'] : spec['secretStoreRef'])
    wrong.push(...(store.diagnostics ?? []))
    const read = readRemoteRef(mapOf(remoteRef), store.value, key)
    wrong.push(...(read.diagnostics ?? []))
    for (const { message, hint = '' } of wrong) leave(`${where}: ${message}`, hint)
    if (key === undefined || wrong.length > 0 || !read.value) return []
    const { note, ...value } = read.value
    if (note !== undefined)
      results.push({ severity: 'warning', object, message: `${where}: ${note}`, exit: exitCode.input })
    return [{ name: key, source: object, where, ...value, keys: [{ secret, key }] }]
  })
  return { title: nameOf(object), object, namespaces, values, results }
}
