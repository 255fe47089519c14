type Job = () => Promise<unknown> | undefined

/** Runs jobs one after the other; at once where none is running. None of them may throw. */
export class SerialQueue {
  readonly #jobs: Job[] = []
  readonly #waiting: (() => void)[] = []
  #busy = false

  add(job: Job): void {
    this.#jobs.push(job)
    this.#run()
  }

  /** Calls the function as soon as no job is left: at once if there is none. */
  whenIdle(then: () => void): void {
    this.#waiting.push(then)
    this.#run()
  }

  #run(): void {
    if (this.#busy) return
    this.#busy = true
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
      const running = job()
      if (running === undefined) continue
      void running.then(() => {
        this.#busy = false
        this.#run()
      })
      return
    }
    this.#busy = false
    for (const then of this.#waiting.splice(0)) then()
  }
}
