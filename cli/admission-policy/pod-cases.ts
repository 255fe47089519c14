/** What of a pod makes a difference to what inject-init adds to it, besides its lists: the cases, and the test of each in CEL. */
import { groupBy } from '../../api/group-by.ts'
import { currentContract } from '../../api/pod/contract.ts'
import { secretsFormats } from '../../api/secrets-format.ts'
import { type Injection, injectionOf } from '../../functions/inject-init/injection/init-container.ts'
import { guaranteed } from '../../functions/inject-init/injection/pod-resources.ts'
import type { InjectConfig } from '../../functions/inject-init/options/inject-config.ts'
import { noNeeds, type PodNeeds } from '../../functions/inject-init/pod/pod-needs.ts'
import { celString } from './cel.ts'

/** `settings` of a case are added to those of the others. */
type Pod = PodNeeds & { readonly isGuaranteed: boolean }

type Case = { readonly test: string; readonly is: Partial<Pod> }

const aVariable = { annotation: '', name: '', key: '', containers: undefined, optional: false }

/** Of each of these, a pod has exactly one. */
const cases: readonly (readonly Case[])[] = [
  [undefined, ...secretsFormats].map((format) => ({
    test: `variables.format == ${celString(format ?? '')}`,
    is: { settings: format === undefined ? {} : { format } },
  })),
  Array.from({ length: currentContract }, (_, index) => ({
    test: `variables.contract == ${index + 1}`,
    is: { contract: index + 1 },
  })),
  [
    { test: 'size(variables.delivered) == 0', is: { variables: [] } },
    { test: 'size(variables.delivered) > 0', is: { variables: [aVariable] } },
  ],
  [
    { test: '!variables.localMode', is: {} },
    { test: 'variables.localMode', is: { settings: { 'local-mode': true } } },
  ],
  [
    { test: '!variables.isGuaranteed', is: { isGuaranteed: false } },
    { test: 'variables.isGuaranteed', is: { isGuaranteed: true } },
  ],
]

/** What inject-init adds in a case. */
type InCase = (injection: Injection) => string

/** An expression for every pod; where no case makes a difference, it is the same for all of them. */
export function inEachCase(config: InjectConfig, expressionOf: InCase): string {
  return expressionFor(cases, { ...noNeeds, isGuaranteed: false }, (pod) =>
    expressionOf(injectionFor(config, pod)),
  )
}

/** The longest list in any case. */
export function longest<T>(config: InjectConfig, of: (injection: Injection) => readonly T[]): readonly T[] {
  let found: readonly T[] = []
  inEachCase(config, (injection) => {
    const list = of(injection)
    if (list.length > found.length) found = list
    return ''
  })
  return found
}

function injectionFor(config: InjectConfig, { isGuaranteed, ...needs }: Pod): Injection {
  if (!config.keepQosClass || !isGuaranteed) return injectionOf(config, needs)
  return injectionOf({ ...config, containerResources: guaranteed(config.containerResources) }, needs)
}

function expressionFor([some, ...rest]: typeof cases, pod: Pod, expressionOf: (pod: Pod) => string): string {
  if (!some) return expressionOf(pod)
  const branches = groupBy(some, ({ is }) => {
    const settings = { ...pod.settings, ...is.settings }
    return expressionFor(rest, { ...pod, ...is, settings }, expressionOf)
  })
  const [[first = ''] = [], ...others] = branches
  return others.reduceRight((otherwise, [expression, same]) => {
    const test = same.map((one) => one.test).join(' || ')
    return `(${test} ? ${expression} : ${otherwise})`
  }, first)
}
