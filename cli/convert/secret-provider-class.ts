/** SecretProviderClasses of the AWS provider. https://github.com/aws/secrets-store-csi-driver-provider-aws#usage */
import { quote } from '../../api/diagnostic.ts'
import { listOf, mapOf } from '../../api/json.ts'
import { parseYaml } from '../../functions/krm/function-config.ts'
import type { ManifestItem } from '../../functions/krm/manifest-item.ts'
import { nameOf, type Result } from '../../functions/krm/result.ts'
import { toValue } from '../../functions/yaml/value.ts'
import { readDriverObject } from './driver-object.ts'
import {
  leaveIn,
  type NamespaceOf,
  type Namespaces,
  textIn,
  type ReadSource,
  type SecretKey,
  type SourceValue,
  unknownFields,
} from './source-value.ts'

/** The last two are about how the driver reaches AWS. */
const parameterNames = [
  'objects',
  'region',
  'failoverRegion',
  'pathTranslation',
  'usePodIdentity',
  'preferredAddressType',
]

/** @param items of which others than SecretProviderClasses are ignored. */
export function readSecretProviderClasses(
  items: readonly ManifestItem[],
  namespaceOf: NamespaceOf,
): ReadSource[] {
  return items
    .filter(({ object }) => object.kind === 'SecretProviderClass')
    .map((item) => readOne(item, [namespaceOf(item.object)]))
}

function readOne({ object, root }: ManifestItem, namespaces: Namespaces): ReadSource {
  const results: Result[] = []
  const leave = leaveIn(results, object)
  const spec = mapOf(mapOf(toValue(root))['spec'])
  const about = { title: nameOf(object), object, namespaces, driverClass: object.name }
  if (spec['provider'] !== 'aws') {
    leave(`spec.provider is ${quote(textIn(spec['provider']) ?? '')}, not aws`, 'leave it to the CSI driver')
    return { ...about, values: [], results }
  }
  const parameters = mapOf(spec['parameters'])
  const { objects, region, failoverRegion, pathTranslation } = parameters
  for (const { message, hint = '' } of unknownFields(parameters, parameterNames, 'spec.parameters.'))
    leave(message, hint)
  if (region !== undefined)
    leave(
      'spec.parameters.region cannot be carried over',
      'kees reads the region of the pods: remove it if it is the same',
    )
  if (failoverRegion !== undefined)
    leave(
      'spec.parameters.failoverRegion cannot be carried over',
      'kees reads one region: leave the values to the CSI driver',
    )
  const given = translationOf(pathTranslation)
  const translation = given !== undefined && given.length > 1 ? undefined : given
  if (translation !== given)
    leave('spec.parameters.pathTranslation must be False or one character', 'correct the file')
  const parsed = typeof objects === 'string' ? parseYaml(objects) : { value: undefined }
  if (!Array.isArray(parsed.value)) leave('spec.parameters.objects is not a list in YAML', 'correct the file')
  const keys = keysByFile(listOf(spec['secretObjects']))
  const values = listOf(parsed.value).flatMap((entry, index) => {
    const read = readDriverObject(mapOf(entry), `spec.parameters.objects[${index}]`, translation, leave)
    return read.flatMap(({ file, fileName, isImplied = false, ...value }): SourceValue[] => {
      const ofFile = keys.get(fileName) ?? keys.get(file) ?? []
      return isImplied && ofFile.length === 0 ? [] : [{ ...value, source: object, keys: ofFile }]
    })
  })
  return { ...about, values, results }
}

/** What takes the place of slashes in the names of files: empty for False, undefined for the default. */
function translationOf(pathTranslation: unknown): string | undefined {
  const text = pathTranslation === false ? 'false' : textIn(pathTranslation)
  return text?.toLowerCase() === 'false' ? '' : text
}

/** The keys of the Kubernetes Secrets that the driver keeps beside the files. */
function keysByFile(secretObjects: readonly unknown[]): ReadonlyMap<string, readonly SecretKey[]> {
  const keys = new Map<string, SecretKey[]>()
  for (const one of secretObjects.map(mapOf))
    for (const { objectName, key } of listOf(one['data']).map(mapOf)) {
      const file = textIn(objectName) ?? ''
      keys.set(file, [
        ...(keys.get(file) ?? []),
        { secret: textIn(one['secretName']) ?? '', key: textIn(key) ?? '' },
      ])
    }
  return keys
}
