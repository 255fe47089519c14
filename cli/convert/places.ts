/** For which pods annotations are printed, and as what text. */
import { quote } from '../../api/diagnostic.ts'
import { exitCode } from '../../api/exit-code.ts'
import { listOf, mapOf } from '../../api/json.ts'
import { errorsOf, nameOf, type ObjectReference, type Result } from '../../functions/krm/result.ts'
import type { Workload } from '../../functions/workload/workload.ts'
import { yamlLines } from '../../functions/yaml/stringify.ts'
import { lookUp, toValue } from '../../functions/yaml/value.ts'
import type { ReadSource, SourceValue } from './source-value.ts'
import { type Destination, toAnnotations } from './to-annotations.ts'
import { type SecretUses, secretUsesOf, variablesOf } from './variables-of-pod.ts'

type Printed = { readonly text: string; readonly results: readonly Result[] }

const noUses: SecretUses = { containers: 0, variables: [], mounted: [] }

/** Of each source on its own, for a pod that nobody has named. */
export function printForAnyPod(sources: readonly ReadSource[], domain: string): Printed {
  const all = sources.map(({ title, values, object }) =>
    print(title, values, { domain, annotations: [], uses: noUses }, object),
  )
  return joined(all)
}

/** For each workload that uses a value, with those that it uses. */
export function printForWorkloads(
  workloads: readonly Workload[],
  sources: readonly ReadSource[],
  domain: string,
): Printed {
  const used = new Set<SourceValue>()
  const all = workloads.flatMap(({ item: { object }, template }): Printed[] => {
    const spec = lookUp(template.node, 'spec')
    const pod = spec === undefined ? {} : toValue(spec)
    const uses = secretUsesOf(pod)
    const classes = classesOf(pod)
    const values = sources.flatMap((source) =>
      source.values.filter(
        ({ keys }) =>
          classes.includes(source.driverClass ?? '') ||
          variablesOf(uses, keys).size > 0 ||
          keys.some(({ secret }) => uses.mounted.includes(secret)),
      ),
    )
    if (values.length === 0) return []
    for (const value of values) used.add(value)
    const title = nameOf(object) + (template.key === '' ? '' : ` template ${template.key}`)
    return [
      print(title, values, { domain, annotations: template.annotations, uses }, object),
      mounts(uses, values, object),
    ]
  })
  const unused = sources.flatMap(({ values, object }): Result[] => {
    const names = values.filter((value) => !used.has(value)).map(({ name }) => quote(name))
    if (names.length === 0) return []
    const message = `no workload of the manifests uses ${names.join(', ')}`
    return [
      {
        severity: 'warning',
        object,
        message,
        hint: 'name the manifests of its readers by -f',
        exit: exitCode.input,
      },
    ]
  })
  return joined([...all, { text: '', results: unused }])
}

function print(
  title: string,
  values: readonly SourceValue[],
  to: Destination,
  object: ObjectReference,
): Printed {
  const { annotations, left } = toAnnotations(values, to)
  const lines =
    annotations.length === 0 ? ['# nothing'] : yamlLines(Object.fromEntries(annotations), 'compact')
  return { text: [`# ${title}`, ...lines, ''].join('\n'), results: errorsOf(left, exitCode.input, object) }
}

/** The path of a mounted key changes. */
function mounts({ mounted }: SecretUses, values: readonly SourceValue[], object: ObjectReference): Printed {
  const secrets = new Set(values.flatMap(({ keys }) => keys.map(({ secret }) => secret)))
  const results = [...new Set(mounted)]
    .filter((secret) => secrets.has(secret))
    .map((secret): Result => {
      const message = `the files of Secret ${quote(secret)} get other paths: below the mount of kees, /secret by default`
      const hint = 'change the paths in the app, or set secretMountPath, and remove the volume of the Secret'
      return { severity: 'warning', object, message, hint, exit: exitCode.input }
    })
  return { text: '', results }
}

/** The SecretProviderClasses that the pod mounts. */
function classesOf(pod: unknown): string[] {
  return listOf(mapOf(pod)['volumes']).flatMap((volume) => {
    const name = mapOf(mapOf(mapOf(volume)['csi'])['volumeAttributes'])['secretProviderClass']
    return typeof name === 'string' ? [name] : []
  })
}

function joined(all: readonly Printed[]): Printed {
  return { text: all.map(({ text }) => text).join(''), results: all.flatMap(({ results }) => results) }
}
