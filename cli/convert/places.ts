/** For which pods annotations are printed, and as what text. */
import { quote } from '../../api/diagnostic.ts'
import { exitCode } from '../../api/exit-code.ts'
import { errorsOf, nameOf, type ObjectReference, type Result } from '../../functions/krm/result.ts'
import type { Workload } from '../../functions/workload/workload.ts'
import { yamlLines } from '../../functions/yaml/stringify.ts'
import { lookUp, toValue } from '../../functions/yaml/value.ts'
import { isIn, type NamespaceOf, type ReadSource, type SourceValue } from './source-value.ts'
import { type Destination, toAnnotations } from './to-annotations.ts'
import { filesOf, noUses, type SecretUses, secretUsesOf, variablesOf } from './variables-of-pod.ts'

type Printed = { readonly text: string; readonly results: readonly Result[] }

/** Of each source on its own, for a pod that nobody has named. */
export function printForAnyPod(sources: readonly ReadSource[], domain: string): Printed {
  const all = sources.map(({ title, values, object }) =>
    print(title, values, { domain, object, annotations: [], uses: noUses }),
  )
  return joined(all)
}

/** For each workload that uses a value, with those that it uses. */
export function printForWorkloads(
  workloads: readonly Workload[],
  sources: readonly ReadSource[],
  domain: string,
  namespaceOf: NamespaceOf,
): Printed {
  const used = new Set<SourceValue>()
  const all = workloads.flatMap(({ item: { object }, template }): Printed[] => {
    const spec = lookUp(template.node, 'spec')
    const uses = secretUsesOf(spec === undefined ? {} : toValue(spec))
    const reachable = sources.filter(({ namespaces }) => isIn(namespaces, namespaceOf(object)))
    const values = reachable.flatMap((source) =>
      source.values.filter(
        ({ keys }) =>
          uses.classes.includes(source.driverClass ?? '') ||
          variablesOf(uses, keys).size > 0 ||
          filesOf(uses, keys).size > 0,
      ),
    )
    if (values.length === 0) return []
    for (const value of values) used.add(value)
    const title = nameOf(object) + (template.key === '' ? '' : ` template ${template.key}`)
    return [
      print(title, values, { domain, object, annotations: template.annotations, uses }),
      { text: '', results: mountResults(uses, reachable, values, object) },
    ]
  })
  return joined([...all, { text: '', results: sources.flatMap((source) => unusedResults(source, used)) }])
}

function unusedResults({ values, object, namespaces }: ReadSource, used: ReadonlySet<SourceValue>): Result[] {
  const names = values.filter((value) => !used.has(value)).map(({ name }) => quote(name))
  if (names.length === 0) return []
  const known = namespaces?.filter((one) => one !== '').map(quote) ?? []
  const where = known.length === 0 ? '' : ` in namespace ${known.join(', ')}`
  const message = `no workload of the manifests${where} uses ${names.join(', ')}`
  const hint = 'name the manifests of its readers by -f'
  return [{ severity: 'warning', object, message, hint, exit: exitCode.input }]
}

function print(title: string, values: readonly SourceValue[], to: Destination): Printed {
  const { annotations, left } = toAnnotations(values, to)
  const lines =
    annotations.length === 0 ? ['# nothing'] : yamlLines(Object.fromEntries(annotations), 'compact')
  return {
    text: [`# ${title}`, ...lines, ''].join('\n'),
    results: errorsOf(left, exitCode.input, to.object),
  }
}

/** The path of what is mounted changes. */
function mountResults(
  uses: SecretUses,
  sources: readonly ReadSource[],
  values: readonly SourceValue[],
  object: ObjectReference,
): Result[] {
  const secrets = new Set(
    values
      .flatMap(({ keys }) => keys.filter((key) => filesOf(uses, [key]).size > 0))
      .map(({ secret }) => secret),
  )
  const classes = new Set(
    sources.flatMap(({ driverClass = '' }) => (uses.classes.includes(driverClass) ? [driverClass] : [])),
  )
  const mounted = [
    ...[...secrets].map((name) => ['Secret', name] as const),
    ...[...classes].map((name) => ['SecretProviderClass', name] as const),
  ]
  return mounted.map(([kind, name]): Result => {
    const message = `the files of ${kind} ${quote(name)} get other paths: below the mount of kees, /secret by default`
    const hint = `change the paths in the app, or set secretMountPath, and remove the volume of the ${kind}`
    return { severity: 'warning', object, message, hint, exit: exitCode.input }
  })
}

function joined(all: readonly Printed[]): Printed {
  return { text: all.map(({ text }) => text).join(''), results: all.flatMap(({ results }) => results) }
}
