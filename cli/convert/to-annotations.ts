/** The annotations that are equivalent to what another tool reads. */
import { formatAttributes } from '../../api/declaration/attributes.ts'
import { quote } from '../../api/diagnostic.ts'
import { type Annotation, parsePodAnnotations } from '../../api/pod/pod-annotations.ts'
import type { Diagnostic } from '../../api/diagnostic.ts'
import type { SourceValue } from './source-value.ts'
import { type SecretUses, variablesOf } from './variables-of-pod.ts'

/** Where the annotations go. */
export type Destination = {
  readonly domain: string
  /** Those that the pod template has. */
  readonly annotations: readonly Annotation[]
  readonly uses: SecretUses
}

type Converted = { readonly annotations: readonly Annotation[]; readonly left: readonly Diagnostic[] }

/** @returns annotations without errors, and what is left. */
export function toAnnotations(values: readonly SourceValue[], to: Destination): Converted {
  const left: Diagnostic[] = []
  const annotations = new Map<string, string>()
  const existing = new Map(to.annotations)
  const prefix = prefixOf(existing.get(`init.${to.domain}/storage-prefix`))
  const add = (value: SourceValue, name: string, attributes: ReadonlyMap<string, string>) => {
    const [secret] = value.keys
    const names = [name, ...(secret ? [`${secret.secret}.${name}`] : [])]
    for (const one of names) {
      const key = `secret.${to.domain}/${one}`
      const text = textOf(one, attributes)
      if ((annotations.get(key) ?? existing.get(key) ?? text) !== text) continue
      annotations.set(key, text)
      return
    }
    left.push({
      message: `${quote(name)} is declared twice`,
      hint: 'declare one of the two under another name',
    })
  }
  for (const value of values) {
    const stored = storedAttributes(value, prefix)
    if (stored === undefined) {
      left.push({
        message: `${quote(value.name)}: parameter ${String(value.parameter)} is not below the storage-prefix ${prefix}`,
        hint: 'copy it by kees put below the prefix, or remove the storage-prefix',
      })
      continue
    }
    const variables = [...variablesOf(to.uses, value.keys)]
    const mounted = value.keys.find(({ secret }) => to.uses.mounted.includes(secret))
    const file = stored.get('file') ?? mounted?.key
    if (file !== undefined) add(value, value.name, new Map([...stored, ['file', file]]))
    else if (variables.length === 0) add(value, value.name, stored)
    const { file: _file, ...rest } = Object.fromEntries(stored)
    variables.forEach(([env, containers], index) => {
      const isAll = new Set(containers).size === to.uses.containers
      const where: [string, string][] = isAll ? [] : [['containers', [...new Set(containers)].join(',')]]
      const name = index === 0 && file === undefined ? value.name : `${value.name}.${env}`
      add(value, name, new Map([...Object.entries(rest), ['env', env], ...where]))
    })
  }
  return checked(annotations, existing, to.domain, left)
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
  annotations: ReadonlyMap<string, string>,
  existing: ReadonlyMap<string, string>,
  domain: string,
  left: readonly Diagnostic[],
): Converted {
  const { diagnostics } = parsePodAnnotations([...new Map([...existing, ...annotations])], domain)
  const wrong = diagnostics.filter(
    ({ severity, annotation }) => severity === 'error' && annotations.has(annotation),
  )
  const names = new Set(wrong.map(({ annotation }) => annotation))
  return {
    annotations: [...annotations].filter(([key]) => !names.has(key)),
    left: [
      ...left,
      ...wrong.map(({ annotation, message, hint }) => ({
        message: `annotation ${annotation} ${message}`,
        ...(hint === undefined ? {} : { hint }),
      })),
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
