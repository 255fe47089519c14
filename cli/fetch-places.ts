/** Which values of a workload `kees fetch` writes, and where. */
import { dirname, join, resolve } from 'node:path'
import { referencesIn } from '../api/declaration/composition-text.ts'
import type { Declaration } from '../api/declaration/declaration.ts'
import { deliveryOf, sortOf } from '../api/pod/delivery.ts'
import type { Diagnostic } from '../api/diagnostic.ts'
import type { Composed, Declared } from '../api/pod/pod-annotations.ts'
import type { ChosenContainer } from './choose-container.ts'

/** What a flag names a path for: the secrets, with the files of their own below its folder, the resources, the variables. */
export const places = {
  secret: { flag: '--out', noun: 'secrets' },
  resource: { flag: '--resources-out', noun: 'resources' },
  env: { flag: '--env-out', noun: 'environment variables' },
} as const
type Place = keyof typeof places
export const placeNames = ['secret', 'resource', 'env'] as const

export type Paths = Readonly<Record<Place, string | undefined>>

type Pod = { readonly declared: readonly Declared[]; readonly composed: readonly Composed[] }

type Wanted = Pod & {
  /** Of `declared` and `composed`: others are fetched only because a composition refers to them. */
  readonly isWritten: (annotation: string) => boolean
}

export function placeOf(declaration: Declaration): Place | undefined {
  const { to } = deliveryOf(declaration)
  if (to === 'none') return undefined
  if (to === 'env') return 'env'
  return to === 'file' ? 'secret' : sortOf(declaration)
}

/** @param container whose variables are written; undefined for those of all. */
export function wantedOf(
  { declared, composed }: Pod,
  paths: Paths,
  container: ChosenContainer | undefined,
): Wanted {
  const isWanted = ({ declaration }: { readonly declaration: Declaration }) => {
    const place = placeOf(declaration)
    const { containers } = declaration
    const isOfContainer =
      container === undefined || (containers?.includes(container.name) ?? container.hasMount)
    return place !== undefined && paths[place] !== undefined && (place !== 'env' || isOfContainer)
  }
  const texts = composed.filter(isWanted)
  const used = new Set(
    texts.flatMap(({ declaration }) => referencesIn(declaration.text).map(({ name }) => name)),
  )
  const written = new Set([...declared, ...texts].filter(isWanted).map(({ annotation }) => annotation))
  return {
    declared: declared.filter((one) => isWanted(one) || used.has(one.declaration.name)),
    composed: texts,
    isWritten: (annotation) => written.has(annotation),
  }
}

/** Whether anything of it goes there. */
export function isAnyWritten(wanted: Wanted, place: Place): boolean {
  return [...wanted.declared, ...wanted.composed].some(
    ({ annotation, declaration }) => placeOf(declaration) === place && wanted.isWritten(annotation),
  )
}

/** Variables of one name, which two containers may have, but no file. */
export function findSameVariables(wanted: Wanted): Diagnostic[] {
  const owners = new Map<string, string>()
  return [...wanted.declared, ...wanted.composed].flatMap(({ annotation, declaration }): Diagnostic[] => {
    const delivery = deliveryOf(declaration)
    if (delivery.to !== 'env' || !wanted.isWritten(annotation)) return []
    const owner = owners.get(delivery.name)
    owners.set(delivery.name, owner ?? annotation)
    if (owner === undefined) return []
    const message = `variable ${delivery.name} is declared by ${owner} and by ${annotation}, for different containers`
    return [{ message, hint: 'choose one of them by --container' }]
  })
}

/** The file or folder of the flag; of a file of its own, its path. */
export function pathOf(declaration: Declaration, paths: Paths): string {
  const place = placeOf(declaration)
  const path = (place && paths[place]) ?? ''
  const delivery = deliveryOf(declaration)
  return delivery.to === 'file' ? join(dirname(path), delivery.path) : path
}

/** Files that would be written twice. */
export function findSamePaths(wanted: Wanted, paths: Paths): Diagnostic[] {
  const flags = new Map(
    placeNames.flatMap((one) => (paths[one] === undefined ? [] : [[resolve(paths[one]), one]])),
  )
  return [...wanted.declared, ...wanted.composed].flatMap(({ annotation, declaration }): Diagnostic[] => {
    if (declaration.file === undefined || !wanted.isWritten(annotation)) return []
    const place = flags.get(resolve(pathOf(declaration, paths)))
    if (place === undefined) return []
    const message = `flag ${places[place].flag} is the path of the file of ${annotation}`
    return [{ message, hint: 'choose another path' }]
  })
}
