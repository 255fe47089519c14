/** How long containers take to start and to run, by the events of containerd: a table. */
import { groupBy } from '../api/group-by.ts'

/** In milliseconds. */
export type ContainerTimes = {
  readonly title: string
  /** From the creation of the container until its process runs. */
  readonly start: number
  /** Until it has ended. */
  readonly run: number
}

/** @param lines of `ctr events`. @returns nothing until all events of the container are there. */
export function timesOf(title: string, id: string, lines: readonly string[]): ContainerTimes | undefined {
  const own = lines.filter((line) => line.includes(id))
  const [created, started, ended] = ['/containers/create', '/tasks/start', '/tasks/exit'].map((topic) =>
    timeOf(own.find((line) => line.includes(` ${topic} `))),
  )
  if (created === undefined || started === undefined || ended === undefined) return undefined
  return { title, start: started - created, run: ended - started }
}

/** The time is the first word, as 2006-01-02 15:04:05.999999999 +0000 UTC. */
function timeOf(line: string | undefined): number | undefined {
  const [, date, time, fraction = ''] = /^(\S+) (\d+:\d+:\d+)(\.\d+)? \+0000 UTC /.exec(line ?? '') ?? []
  return date === undefined ? undefined : Date.parse(`${date}T${time}Z`) + Number(`0${fraction}`) * 1000
}

/** Medians, and the ratio to the row of Node alone. */
export function formatContainers(all: readonly ContainerTimes[]): string {
  const groups = groupBy(all, ({ title }) => title)
  const median = (title: string, value: (one: ContainerTimes) => number) => {
    const sorted = (groups.get(title) ?? []).map(value).toSorted((a, b) => a - b)
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  }
  const whole = ({ start, run }: ContainerTimes) => start + run
  const base = '`node -e 0`'
  const rows = [...groups.keys()].toSorted().map((title) => {
    const times = [({ start }: ContainerTimes) => start, ({ run }: ContainerTimes) => run, whole]
    const cells = times.flatMap((value) => {
      const [own, of] = [median(title, value), median(base, value)]
      return [`${own.toFixed(0)} ms`, (own / of).toFixed(2)]
    })
    return [title, ...cells]
  })
  const head = ['container', 'until it runs', 'ratio', 'until it has ended', 'ratio', 'both', 'ratio']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}
