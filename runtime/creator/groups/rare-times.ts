/** Times by key. There are very many of these, and few have any: an empty map would take 200 bytes. */
export class RareTimes {
  #times: Map<string, number> | undefined

  get(key: string): number | undefined {
    return this.#times?.get(key)
  }

  set(key: string, at: number): void {
    this.#times ??= new Map()
    this.#times.set(key, at)
  }

  delete(key: string): void {
    this.#times?.delete(key)
    if (this.#times?.size === 0) this.#times = undefined
  }
}
