/** SecretProviderClasses of the AWS provider. https://github.com/aws/secrets-store-csi-driver-provider-aws#usage */
import { quote } from '../../api/diagnostic.ts'
import { listOf, mapOf, type JsonMap } from '../../api/json.ts'
import { parseYaml } from '../../functions/krm/function-config.ts'
import type { ManifestItem } from '../../functions/krm/manifest-item.ts'
import type { Result } from '../../functions/krm/result.ts'
import { toValue } from '../../functions/yaml/value.ts'
import {
  jsonKeyOf,
  type Leave,
  leaveIn,
  textIn,
  type ReadSource,
  type SecretKey,
  type SourceValue,
} from './source-value.ts'

/** @param items of which others than SecretProviderClasses are ignored. */
export function readSecretProviderClasses(items: readonly ManifestItem[]): ReadSource[] {
  return items.filter(({ object }) => object.kind === 'SecretProviderClass').map(readOne)
}

function readOne({ object, root }: ManifestItem): ReadSource {
  const results: Result[] = []
  const leave = leaveIn(results, object)
  const spec = mapOf(mapOf(toValue(root))['spec'])
  const about = { title: `SecretProviderClass/${object.name}`, object, driverClass: object.name }
  if (spec['provider'] !== 'aws') {
    leave(`spec.provider is ${quote(textIn(spec['provider']) ?? '')}, not aws`, 'leave it to the CSI driver')
    return { ...about, values: [], results }
  }
  const { objects, region } = mapOf(spec['parameters'])
  if (region !== undefined)
    leave(
      'spec.parameters.region cannot be carried over',
      'kees reads the region of the pods: remove it if it is the same',
    )
  const parsed = typeof objects === 'string' ? parseYaml(objects) : { value: undefined }
  if (!Array.isArray(parsed.value)) leave('spec.parameters.objects is not a list in YAML', 'correct the file')
  const keys = keysByFile(listOf(spec['secretObjects']))
  const values = listOf(parsed.value).flatMap((entry, index) =>
    readObject(mapOf(entry), `objects[${index}]`, leave).map(({ file, ...value }): SourceValue => {
      return { ...value, keys: keys.get(file) ?? [] }
    }),
  )
  return { ...about, values, results }
}

type FileValue = Omit<SourceValue, 'keys'> & { readonly file: string }

function readObject(entry: JsonMap, where: string, leave: Leave): FileValue[] {
  const objectName = textIn(entry['objectName'])
  if (objectName === undefined) return (leave(`${where}.objectName is missing`, 'correct the file'), [])
  const subject = `${where} (${quote(objectName)})`
  const arn = /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(.+)-\w{6}$/.exec(objectName)
  if (objectName.startsWith('arn:') && !arn)
    return (leave(`${subject} is an ARN`, 'name the parameter or the secret of the own account'), [])
  if (entry['failoverObject'] !== undefined)
    return (leave(`${subject} has a failoverObject`, 'kees reads one region: replicate the value there'), [])
  const isSecret = arn !== null || entry['objectType'] === 'secretsmanager'
  if (!isSecret && entry['objectType'] !== 'ssmparameter')
    return (leave(`${subject}: objectType must be ssmparameter or secretsmanager`, 'correct the file'), [])
  const name = arn?.[1] ?? objectName
  const common = new Map(
    isSecret
      ? [
          ['from', 'secretsmanager'],
          ['storageKey', name],
        ]
      : [],
  )
  const [version, label] = [textIn(entry['objectVersion']), textIn(entry['objectVersionLabel'])]
  if (version !== undefined) common.set('version', version)
  if (label !== undefined) common.set('label', label)
  const parameter = isSecret ? {} : { parameter: name }
  const make = (file: string, isAlias: boolean, more: Iterable<readonly [string, string]>): FileValue => {
    const attributes = new Map([...common, ...more])
    // The app reads a file of this name; one without a dot becomes a line of the common file.
    if (isAlias && file.includes('.')) attributes.set('file', file)
    return { name: file.replace(/^\/+/, '').replaceAll('/', '_'), attributes, ...parameter, file }
  }
  const alias = textIn(entry['objectAlias'])
  const members = listOf(entry['jmesPath']).map(mapOf)
  const whole =
    members.length === 0 || alias !== undefined ? [make(alias ?? name, alias !== undefined, [])] : []
  return [
    ...whole,
    ...members.flatMap((member) => {
      const path = textIn(member['path']) ?? ''
      const jsonKey = jsonKeyOf(path)
      const file = textIn(member['objectAlias'])
      if (jsonKey !== undefined && file !== undefined) return [make(file, true, [['jsonKey', jsonKey]])]
      leave(
        `${subject}: jmesPath ${quote(path)} is more than a path`,
        'use jsonKey: a name, or a pointer such as /db/0/user',
      )
      return []
    }),
  ]
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
