/** The annotations that are equivalent to what another tool reads. */
import { formatAttributes } from '../../api/declaration/attributes.ts'
import { quote } from '../../api/diagnostic.ts'
import { type Annotation, parsePodAnnotations } from '../../api/pod/pod-annotations.ts'
import type { Diagnostic } from '../../api/diagnostic.ts'
import { nameOf, type ObjectReference } from '../../functions/krm/result.ts'
import type { SourceValue } from './source-value.ts'
import { filesOf, type SecretUses, variablesOf } from './variables-of-pod.ts'

/** Where the annotations go. */
export type Destination = {
  readonly domain: string
  /** The workload, or the source itself for a pod that nobody has named. */
  readonly object: ObjectReference
  /** Those that the pod template has. */
  readonly annotations: readonly Annotation[]
  readonly uses: SecretUses
}

type Converted = { readonly annotations: readonly Annotation[]; readonly left: readonly Diagnostic[] }

type Added = { readonly text: string; readonly about: string }

/** @returns annotations without errors, and what is left. */
export function toAnnotations(values: readonly SourceValue[], to: Destination): Converted {
  const left: Diagnostic[] = []
  const added = new Map<string, Added>()
  const existing = new Map(to.annotations)
  const prefix = prefixOf(existing.get(`init.${to.domain}/storage-prefix`))
  for (const value of values) {
    const about = value.source === to.object ? value.where : `${nameOf(value.source)} ${value.where}`
    const stored = storedAttributes(value, prefix)
    if (stored === undefined) {
      left.push({
        message: `${about}: parameter ${String(value.parameter)} is not below the storage-prefix ${prefix}`,
        hint: 'copy it by kees put below the prefix, or remove the storage-prefix',
      })
      continue
    }
    for (const { name, attributes, isOptional } of declarationsOf(value, stored, to.uses)) {
      const isRefused = isOptional && attributes.has('from')
      if (isRefused)
        left.push({
          message: `${about}: optional of ${quote(name)} cannot be carried over: a value of Secrets Manager must exist`,
          hint: 'store the secret, or move the value to Parameter Store',
        })
      const all = isOptional && !isRefused ? new Map([...attributes, ['optional', 'true']]) : attributes
      const [secret] = value.keys
      const names = [name, ...(secret ? [`${secret.secret}.${name}`] : [])]
      const free = names
        .map((one) => [`secret.${to.domain}/${one}`, textOf(one, all)] as const)
        .find(([key, text]) => (added.get(key)?.text ?? existing.get(key) ?? text) === text)
      if (free) added.set(free[0], { text: free[1], about })
      else
        left.push({
          message: `${about}: ${quote(name)} is declared twice`,
          hint: 'declare one of the two under another name',
        })
    }
  }
  return checked(added, existing, to.domain, left)
}

type Declaration = {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly isOptional: boolean
}

/** One for each file and for each variable; one without both where the pod has neither. */
function declarationsOf(
  { name, keys }: SourceValue,
  stored: ReadonlyMap<string, string>,
  uses: SecretUses,
): Declaration[] {
  const { file, mode, ...rest } = Object.fromEntries(stored)
  const common = Object.entries(rest)
  const files = new Map(filesOf(uses, keys))
  if (file !== undefined) files.set(file, { ...(mode === undefined ? {} : { mode }), isOptional: false })
  const ofFiles = [...files].map(([path, use], index): Declaration => {
    const ofMode: [string, string][] = use.mode === undefined ? [] : [['mode', use.mode]]
    return {
      name: index === 0 ? name : `${name}.${path.replaceAll('/', '_')}`,
      attributes: new Map([...common, ['file', path], ...ofMode]),
      isOptional: use.isOptional,
    }
  })
  const ofVariables = [...variablesOf(uses, keys)].map(([env, use], index): Declaration => {
    const containers = new Set(use.containers)
    const where: [string, string][] =
      containers.size === uses.containers ? [] : [['containers', [...containers].join(',')]]
    return {
      name: index === 0 && files.size === 0 ? name : `${name}.${env}`,
      attributes: new Map([...common, ['env', env], ...where]),
      isOptional: use.isOptional,
    }
  })
  const all = [...ofFiles, ...ofVariables]
  return all.length > 0 ? all : [{ name, attributes: stored, isOptional: false }]
}

/** Without the storageKey of a parameter that has the name of the declaration. */
function textOf(name: string, attributes: ReadonlyMap<string, string>): string {
  const all = [...attributes].filter(
    ([attribute, text]) => attribute !== 'storageKey' || attributes.has('from') || text !== name,
  )
  return formatAttributes(
    [['kind', 'REFERENCE'], ['type', 'TEXT'], ...all].map(([attribute = '', value = '']) => ({
      name: attribute,
      value,
    })),
  )
}

/** Without what inject-init would refuse, together with what is there. */
function checked(
  added: ReadonlyMap<string, Added>,
  existing: ReadonlyMap<string, string>,
  domain: string,
  left: readonly Diagnostic[],
): Converted {
  const annotations = [...added].map(([key, { text }]): Annotation => [key, text])
  const { diagnostics } = parsePodAnnotations([...new Map([...existing, ...annotations])], domain)
  const wrong = diagnostics.filter(({ severity }) => severity === 'error')
  const names = new Set(wrong.map(({ annotation }) => annotation))
  return {
    annotations: annotations.filter(([key]) => !names.has(key)),
    left: [
      ...left,
      ...wrong.flatMap(({ annotation, message, hint }): Diagnostic[] => {
        const about = added.get(annotation)?.about
        if (about === undefined) return []
        const named = `${about}: annotation ${annotation}: ${message}`
        return [hint === undefined ? { message: named } : { message: named, hint }]
      }),
    ],
  }
}

/** With the storageKey of a parameter. Undefined if the prefix is another one. */
function storedAttributes(
  { parameter, attributes }: SourceValue,
  prefix: string,
): Map<string, string> | undefined {
  if (parameter === undefined) return new Map(attributes)
  const full = parameter.startsWith('/') ? parameter : `/${parameter}`
  if (!full.startsWith(`${prefix}/`)) return undefined
  return new Map([['storageKey', full.slice(prefix.length + 1)], ...attributes])
}

/** Without the slash at its end. */
function prefixOf(text = ''): string {
  const bare = text.replace(/\/$/, '')
  return bare === '' || bare.startsWith('/') ? bare : `/${bare}`
}
