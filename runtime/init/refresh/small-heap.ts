/**
 * What V8 does in a sidecar, which does something for milliseconds and then rests, in a container that may have 40 MiB (docs/performance.md has
 * what was measured).
 *
 * - After some 500 refreshes, it would compile most of what runs: 20 MiB more that are never given back.
 * - Its young generation would grow, by 20 MB in 1,440 refreshes.
 * - It would collect the old generation only after that has grown by more than a day of refreshes each minute leaves behind: 13 MB. So the
 *   sidecar collects garbage itself. Node offers that only in a new context of a process that has the flag.
 */
const flags = ['--no-opt', '--no-maglev', '--semi-space-growth-factor=1']

/** How many refreshes there are between two collections, each of which takes some 10 ms. */
export const refreshesBetweenCollections = 120

type Engine = {
  readonly v8: { readonly setFlagsFromString: (flag: string) => void }
  readonly vm: { readonly runInNewContext: (code: string) => unknown }
}

/** @param engine modules of Node, which an init that does not stay need not load. @returns what collects all garbage. */
export function keepHeapSmall({ v8, vm }: Engine): () => void {
  for (const flag of [...flags, '--expose-gc']) v8.setFlagsFromString(flag)
  const collect: unknown = vm.runInNewContext('gc')
  v8.setFlagsFromString('--no-expose-gc')
  return () => {
    if (typeof collect === 'function') Reflect.apply(collect, undefined, [])
  }
}
