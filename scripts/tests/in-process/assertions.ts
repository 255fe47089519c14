import { compareGiven, compareLoosely, compareStrictly, compareWithPattern, equal } from './compare.ts'
import { causeOf, type Extra, type Site, siteOf } from './result-text.ts'

type Wanted = string | RegExp | object | undefined

/** The assertions of tap that the tests use, with its messages. They return whether it holds; no failure is thrown. */
export abstract class Assertions {
  /** @param extra what a failure prints. @param site where the assertion is. */
  protected abstract result(isOk: boolean, message: string, extra?: Extra, site?: Site): boolean

  /** Lets the test wait for it. */
  protected abstract waitFor(promise: Promise<unknown>): void

  pass(message?: string): boolean {
    return this.#check(true, message, '(unnamed test)')
  }

  fail(message?: string): boolean {
    return this.#check(false, message, '(unnamed test)')
  }

  ok(value: unknown, message?: string): boolean {
    return this.#check(Boolean(value), message, 'should be equal')
  }

  notOk(value: unknown, message?: string): boolean {
    return this.#check(!value, message, 'should be equal')
  }

  equal(found: unknown, wanted: unknown, message?: string): boolean {
    const isSame = found === wanted
    const { match, diff } = isSame || !areObjects(found, wanted) ? equal : compareStrictly(found, wanted)
    const extra = match ? { found, wanted, compare: '===' } : { diff, compare: '===' }
    return this.#check(isSame, message, 'should be equal', extra)
  }

  not(found: unknown, doNotWant: unknown, message?: string): boolean {
    const extra = { found, doNotWant, compare: '!==' }
    return this.#check(found !== doNotWant, message, 'should not be equal', extra)
  }

  same(found: unknown, wanted: unknown, message?: string): boolean {
    const { match, diff } = compareLoosely(found, wanted)
    return this.#check(match, message, 'should be equivalent', { diff })
  }

  notSame(found: unknown, doNotWant: unknown, message?: string): boolean {
    const { match } = compareLoosely(found, doNotWant)
    return this.#check(!match, message, 'should not be equivalent', { found, doNotWant })
  }

  strictSame(found: unknown, wanted: unknown, message?: string): boolean {
    const { match, diff } = compareStrictly(found, wanted)
    return this.#check(match, message, 'should be equivalent strictly', { diff })
  }

  has(found: unknown, wanted: unknown, message?: string): boolean {
    const { match, diff } = compareGiven(found, wanted)
    return this.#check(match, message, 'all provided fields should be equivalent', { diff })
  }

  match(found: unknown, pattern: unknown, message?: string): boolean {
    const { match, diff } = compareWithPattern(found, pattern)
    return this.#check(match, message, 'should match pattern', { diff })
  }

  notMatch(found: unknown, doNotWant: unknown, message?: string): boolean {
    const { match } = compareWithPattern(found, doNotWant)
    return this.#check(!match, message, 'should not match pattern', { found, doNotWant })
  }

  /** @param wanted what `typeof` says of it. */
  type(value: unknown, wanted: string, message?: string): boolean {
    const extra = { found: typeof value, wanted, compare: '===' }
    return this.#check(typeof value === wanted, message, `type is ${wanted}`, extra)
  }

  /** Returns what was thrown. */
  throws(run: () => unknown, wanted?: Wanted, message?: string): unknown {
    const title = titleOf('expected to throw', wanted, message)
    const site = siteOf()
    try {
      run()
    } catch (error) {
      return this.#thrown(error, wanted, title, site)
    }
    return this.result(false, title, {}, site)
  }

  doesNotThrow(run: () => unknown, message?: string): boolean {
    try {
      run()
    } catch (error) {
      return this.#unexpected(error, message ?? 'expect to not throw', siteOf())
    }
    return this.#check(true, message, 'expect to not throw')
  }

  /** Resolves to the error. */
  rejects(
    promise: Promise<unknown> | (() => Promise<unknown>),
    wanted?: Wanted,
    message?: string,
  ): Promise<unknown> {
    const title = titleOf('expected to reject', wanted, message)
    const site = siteOf()
    const settled = settle(promise).then((one) =>
      one.rejected ? this.#thrown(one.error, wanted, title, site) : this.result(false, title, {}, site),
    )
    this.waitFor(settled)
    return settled
  }

  resolves(promise: Promise<unknown> | (() => Promise<unknown>), message?: string): Promise<boolean> {
    const site = siteOf()
    const title = message ?? 'expected to resolve'
    const settled = settle(promise).then((one) =>
      one.rejected ? this.#unexpected(one.error, title, site) : this.result(true, title),
    )
    this.waitFor(settled)
    return settled
  }

  #unexpected(error: unknown, title: string, site: Site): boolean {
    return this.result(false, error instanceof Error ? error.message : title, causeOf(error), site)
  }

  #check(isOk: boolean, message: string | undefined, usual: string, extra?: Extra): boolean {
    return this.result(isOk, message || usual, extra, isOk ? undefined : siteOf())
  }

  #thrown(error: unknown, wanted: Wanted, title: string, site: Site): unknown {
    if (wanted === undefined || typeof wanted === 'string') return this.result(true, title) && error
    // tap compares the name of the class too.
    if (error instanceof Error)
      Object.defineProperty(error, 'name', {
        value: error.name,
        enumerable: true,
        configurable: true,
        writable: true,
      })
    const value = wanted instanceof RegExp && error instanceof Error ? error.message : error
    const { match, diff } = compareWithPattern(value, wanted)
    return this.result(match, title, { diff }, match ? undefined : site) && error
  }
}

const areObjects = (...values: readonly unknown[]) =>
  values.every((value) => typeof value === 'object' && value !== null)

const titleOf = (usual: string, wanted: Wanted, message?: string) =>
  message ?? (typeof wanted === 'string' ? wanted : usual)

type Settled = { readonly rejected: false } | { readonly rejected: true; readonly error: unknown }

async function settle(promise: Promise<unknown> | (() => Promise<unknown>)): Promise<Settled> {
  try {
    await (typeof promise === 'function' ? promise() : promise)
    return { rejected: false }
  } catch (error) {
    return { rejected: true, error }
  }
}
