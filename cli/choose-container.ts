import { quote } from '../api/diagnostic.ts'
import { invalid, type Parsed } from '../api/parsed.ts'
import { closestWord, didYouMean } from '../api/suggest.ts'
import { itemsOf, nameOf } from '../functions/workload/container-parts.ts'
import { findInjection } from '../functions/workload/find-injection.ts'
import type { Workload } from '../functions/workload/workload.ts'
import { lookUp } from '../functions/yaml/value.ts'

export type ChosenContainer = {
  readonly name: string
  /** Whether it mounts the secrets, and so gets the variables of declarations that name no containers. */
  readonly hasMount: boolean
}

/** The container of a workload that a flag names. The init container that inject-init adds is not one of them. */
export function chooseContainer({ item, template, pod }: Workload, name: string): Parsed<ChosenContainer> {
  const spec = lookUp(template.node, 'spec')
  const injection = findInjection(item, template)
  const ours = [injection?.container, injection?.refresher]
  const names = [...itemsOf(spec, 'initContainers'), ...itemsOf(spec, 'containers')]
    .map(nameOf)
    .filter((one) => !ours.includes(one))
  if (!names.includes(name)) {
    const { hint } = didYouMean(closestWord(name, names))
    return invalid(`${quote(name)} is not in the pod: the pod has ${names.join(', ')}`, hint)
  }
  const mounted = pod.settings.containers ?? injection?.mounts ?? names
  return { value: { name, hasMount: mounted.includes(name) } }
}
