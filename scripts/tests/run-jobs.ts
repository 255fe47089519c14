export type Job = {
  readonly title: string
  /** Limits how many of its jobs run at the same time. */
  readonly lane: string
  /** The titles of the jobs that have to be done before. The job itself checks whether they succeeded. */
  readonly needs: readonly string[]
  readonly run: () => Promise<void>
}

/** Runs the jobs in their order, each as soon as what it needs is done and its lane has a free slot. */
export async function runJobs(jobs: readonly Job[], lanes: Readonly<Record<string, number>>): Promise<void> {
  const titles = new Set(jobs.map(({ title }) => title))
  const lost = jobs.find(({ needs }) => needs.some((need) => !titles.has(need)))
  if (lost !== undefined)
    throw new Error(`${lost.title} needs ${lost.needs.join(', ')}, but there is no such job`)
  const waiting = [...jobs]
  const done = new Set<string>()
  const running = new Map<Job, Promise<void>>()
  const isFree = (lane: string) =>
    [...running.keys()].filter((job) => job.lane === lane).length < (lanes[lane] ?? 1)
  const start = async (job: Job) => {
    await job.run()
    running.delete(job)
    done.add(job.title)
  }
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.findIndex(({ lane, needs }) => isFree(lane) && needs.every((need) => done.has(need)))
    const [job] = next < 0 ? [] : waiting.splice(next, 1)
    if (job !== undefined) running.set(job, start(job))
    else if (running.size > 0) await Promise.race(running.values())
    else throw new Error(`${waiting.map(({ title }) => title).join(', ')} wait for each other`)
  }
}
