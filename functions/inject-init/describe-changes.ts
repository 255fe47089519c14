/** What injection would change in a pod, in words: the pod before is held against the pod after. */
import { isMap } from '../../api/json.ts'
import { isDeepStrictEqual } from 'node:util'
import { quote } from '../../api/diagnostic.ts'
import type { InjectionRecord } from '../workload/injection-record.ts'
import { type OptionNaming } from '../krm/options.ts'
import type { Value, ValueMap } from '../yaml/value.ts'
import { describeEnv } from './describe-env.ts'
import { listIn, textIn } from './effective-config.ts'
import { containerOptions } from './init-container.ts'
import type { Asked, Change } from './change.ts'

/** @param before the pod's spec as it is. @param after as injection leaves it. @param record absent: there was none. */
export function describeChanges(
  before: Value,
  after: Value,
  record: InjectionRecord | undefined,
  asked: Asked,
): Change[] {
  const { next, nameOption } = asked
  const formerNames = new Map([
    [next.container, record?.container],
    [next.refresher, record?.refresher],
    ...next.volumes.map((name, index) => [name, record?.volumes[index]] as const),
  ])
  const pairs = (key: string) => pairsOf(listIn(before, key), listIn(after, key), formerNames)
  const changes = [
    ...[...pairs('initContainers'), ...pairs('containers')].flatMap((pair) => describeContainer(pair, asked)),
    ...pairs('volumes').flatMap((pair) => describeVolume(pair, nameOption)),
  ]
  if (changes.length > 0 || isDeepStrictEqual(before, after)) return changes
  return [serious('the pod is not as inject-init makes it')]
}

type Pair = { readonly found?: ValueMap; readonly wanted?: ValueMap }

/** What is found and what is wanted of it; the one or the other alone where it is to go or to come. */
function pairsOf(
  found: readonly ValueMap[],
  wanted: readonly ValueMap[],
  formerNames: ReadonlyMap<Value | undefined, string | undefined>,
): Pair[] {
  const named = (name: Value | undefined) => found.find((one) => one['name'] === name)
  const pairs = wanted.map((one): Pair => {
    const former = named(formerNames.get(one['name'])) ?? named(one['name'])
    return former ? { found: former, wanted: one } : { wanted: one }
  })
  const gone = found.filter((one) => pairs.every((pair) => pair.found !== one))
  return [...pairs, ...gone.map((one): Pair => ({ found: one }))]
}

const optionsByKey = new Map([
  ['name', 'containerName'],
  ['args', 'refresh'],
  ...Object.entries(containerOptions),
])

function describeContainer({ found, wanted }: Pair, asked: Asked): Change[] {
  const { next, nameOption } = asked
  const name = textIn(found ?? wanted, 'name')
  if (!found) {
    const what = name === next.refresher ? 'sidecar' : 'init container'
    return [serious(`the ${what} ${name} is missing`)]
  }
  if (!wanted) return [serious(`the sidecar ${name} is there, and is not to be`)]
  const isInit = wanted['name'] === next.container
  const who = isInit ? 'init' : wanted['name'] === next.refresher ? name : `container ${name}`
  const keys = new Set([...Object.keys(found), ...Object.keys(wanted)])
  return [...keys].flatMap((key): Change[] => {
    if (isDeepStrictEqual(found[key], wanted[key])) return []
    if (key === 'env') return describeEnv(who, listIn(found, 'env'), listIn(wanted, 'env'), asked)
    if (key === 'volumeMounts') return describeMounts(who, found, wanted)
    const option = isInit || key !== 'name' ? optionsByKey.get(key) : 'refreshContainerName'
    const by = option === undefined ? 'inject-init' : nameOption(option)
    return [serious(describeOption(`${who}'s ${key}`, found[key], wanted[key], by))]
  })
}

function describeMounts(who: string, found: ValueMap, wanted: ValueMap): Change[] {
  const lacks = unmatched(listIn(wanted, 'volumeMounts'), listIn(found, 'volumeMounts'))
  const has = unmatched(listIn(found, 'volumeMounts'), listIn(wanted, 'volumeMounts'))
  const missing = lacks.map((one) => {
    const path = textIn(one, 'mountPath')
    const other = has.find((its) => textIn(its, 'mountPath') === path)
    const isFromOther = other !== undefined && other['name'] !== one['name']
    if (other && !isFromOther) {
      const more = Object.keys(other).filter((key) => !(key in one))
      return `${who} mounts ${path} with ${more.join(' and ')}, and is not to`
    }
    return `${who} does not mount ${path}${isFromOther ? ` from the volume ${textIn(one, 'name')}` : ''}`
  })
  if (missing.length > 0) return missing.map(serious)
  return has.map((one) => serious(`${who} mounts ${textIn(one, 'mountPath')}, and is not to`))
}

function unmatched(these: readonly ValueMap[], those: readonly ValueMap[]): ValueMap[] {
  return these.filter((one) => !those.some((other) => isDeepStrictEqual(one, other)))
}

function describeVolume({ found, wanted }: Pair, nameOption: OptionNaming): Change[] {
  const name = textIn(found ?? wanted, 'name')
  if (!found) return [serious(`the volume ${name} is missing`)]
  if (!wanted) return [serious(`the volume ${name} is there, and is not to be`)]
  const changes: string[] = []
  const [sort = ''] = Object.keys(wanted).filter((key) => key !== 'name')
  const others = Object.keys(found).filter((key) => key !== 'name' && key !== sort)
  if (others.length > 0) return [serious(`the volume ${name} is ${others.join(' and ')}, not ${sort}`)]
  if (sort === 'downwardAPI' && !isDeepStrictEqual(found[sort], wanted[sort]))
    changes.push(`the volume ${name} does not show the pod's annotations`)
  if (found['name'] !== wanted['name']) {
    const option = 'emptyDir' in wanted ? 'secretVolumeName' : 'annotationsVolumeName'
    changes.push(describeOption("a volume's name", found['name'], wanted['name'], nameOption(option)))
  }
  const [is, will] = [found['emptyDir'], wanted['emptyDir']].map((one) =>
    one !== undefined && isMap(one) ? one : {},
  )
  for (const option of ['medium', 'sizeLimit']) {
    if (!isDeepStrictEqual(is?.[option], will?.[option]))
      changes.push(describeOption(`${name}'s ${option}`, is?.[option], will?.[option], nameOption(option)))
  }
  return changes.map(serious)
}

function describeOption(
  what: string,
  found: Value | undefined,
  wanted: Value | undefined,
  by: string,
): string {
  if (typeof wanted !== 'string' || (found !== undefined && typeof found !== 'string'))
    return `${what} ${what.endsWith('s') ? 'are' : 'is'} not as ${by} says`
  return `${what} is ${found === undefined ? 'missing' : quote(found)}, ${by} says ${quote(wanted)}`
}

function serious(says: string): Change {
  return { says, matters: true }
}
