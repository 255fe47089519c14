import type { TrailEvent } from '../trail/trail-event.ts'

/** Whether any event reads a parameter, denied reads included: whoever asks for it needs it. */
export function readBy(events: readonly TrailEvent[]): (name: string) => boolean {
  const names = new Set<string>()
  const paths = new Set<string>()
  for (const { reads } of events)
    for (const { what, name } of reads) {
      if (what === 'parameter') names.add(name)
      if (what === 'path') paths.add(name.startsWith('/') ? name : `/${name}`)
    }
  // A read by path shows all that is below it, at any depth.
  const below = [...paths].map((path) => (path.endsWith('/') ? path : `${path}/`))
  return (name) => names.has(name) || below.some((path) => name.startsWith(path))
}
