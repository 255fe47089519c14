/**
 * Requests the pages of a list, one of them in advance: while a page is read, the API server prepares the next one. Nothing of it is read
 * before its turn, so Node stops reading from its socket once a buffer is full. What became of a request in advance does not count: where it
 * failed, or was refused, the page is requested again.
 */
import type { ApiStream } from './api-server.ts'

/** @param signal aborted when the answer takes too long, or is not wanted any more. */
type RequestPage = (token: string | undefined, signal: AbortSignal) => Promise<ApiStream>

type OpenPage = ApiStream & {
  /** From now on, it has the whole time. */
  readonly begin: () => void
  /** It was read, or it is not read any further. */
  readonly close: () => void
}

type Ahead = {
  readonly token: string
  readonly page: Promise<OpenPage | undefined>
  readonly cut: AbortController
}

const pageTimeout = 60_000
/** An answer that is the same at every attempt: the page, or that the token is too old. */
const isFinal = (status: number) => status === 200 || status === 410

export class PageRequests {
  readonly #request: RequestPage
  readonly #timeout: number
  #ahead: Ahead | undefined

  /** @param timeout for a page, in milliseconds. */
  constructor(request: RequestPage, timeout = pageTimeout) {
    this.#request = request
    this.#timeout = timeout
  }

  /** @param token of the page; undefined for the first one. */
  async take(token: string | undefined): Promise<OpenPage> {
    return (await this.#takeAhead(token)) ?? (await this.#open(token, new AbortController()))
  }

  /** Requests a page that is read later, or dropped. */
  ahead(token: string): void {
    this.drop()
    const cut = new AbortController()
    const page = this.#open(token, cut).catch(() => undefined)
    this.#ahead = { token, page, cut }
  }

  /** The page that was requested in advance is not wanted. */
  drop(): void {
    this.#ahead?.cut.abort()
    this.#ahead = undefined
  }

  async #takeAhead(token: string | undefined): Promise<OpenPage | undefined> {
    const ahead = this.#ahead
    if (ahead === undefined || ahead.token !== token) {
      this.drop()
      return undefined
    }
    this.#ahead = undefined
    const page = await ahead.page
    if (page !== undefined && isFinal(page.status)) {
      page.begin()
      return page
    }
    ahead.cut.abort()
    return undefined
  }

  async #open(token: string | undefined, cut: AbortController): Promise<OpenPage> {
    const timer = setTimeout(() => cut.abort(), this.#timeout)
    timer.unref()
    const close = () => clearTimeout(timer)
    cut.signal.addEventListener('abort', close)
    try {
      return { ...(await this.#request(token, cut.signal)), begin: () => timer.refresh(), close }
    } catch (error) {
      close()
      throw error
    }
  }
}
