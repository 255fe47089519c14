/**
 * In place of tap's Test, for test files that share a process: what the tests use of it, with the same TAP. tap writes and parses
 * the TAP of a test again for each level, and notes where each test is; by a profile, that took a sixth of the processor time of the
 * unit tests, and to load tap took 0.3 s in each process.
 */
import { join, resolve } from 'node:path'
import { Assertions } from './assertions.ts'
import { type Extra, failureText, lineOf, type Site, siteOf, skippedText, thrownText } from './result-text.ts'
import type { Kind, Report } from './report.ts'
import { SerialQueue } from './serial-queue.ts'
import { type Content, Link, makeFolder, removeFolder } from './test-folder.ts'

type Body = (t: UnitTest) => unknown
type Options = { readonly skip?: boolean | string | undefined; readonly timeout?: number }

export class UnitTest extends Assertions {
  readonly name: string
  readonly testdirName: string
  readonly #report: Report<UnitTest>
  readonly #parent: UnitTest | undefined
  readonly #indent: string
  /** Its tests, and the results of assertions that follow one of them. */
  readonly #queue = new SerialQueue()
  readonly #teardowns: Body[] = []
  readonly #beforeEach: Body[] = []
  readonly #afterEach: Body[] = []
  #hasFolder = false
  #results = 0
  #isPassing = true
  /** No other test begins. */
  #isStopped = false
  #isEnded = false
  #timer: NodeJS.Timeout | undefined
  #finish: () => void = () => {}

  /** @param folder of `testdir`. The test without a parent has the files as its tests. */
  constructor(report: Report<UnitTest>, name: string, folder: string, parent?: UnitTest) {
    super()
    this.name = name
    this.testdirName = folder
    this.#report = report
    this.#parent = parent
    this.#indent = parent === undefined ? '' : `${parent.#indent}    `
  }

  /** Begins at once, or after the tests that began before. The promise resolves at its end. */
  test(name: string, ...rest: readonly [Body] | readonly [Options, Body]): Promise<void> {
    const [options, body] = rest.length === 1 ? [{}, rest[0]] : rest
    const { skip } = options
    const site = siteOf()
    if (this.#isEnded) {
      this.#late(`a test after the end of its parent: ${name}`)
    } else if (skip) {
      this.#later(() => this.#writeResult('skip', skippedText(name, skip)))
    } else {
      return new Promise((done) => {
        this.#queue.add(async () => {
          await this.#runChild(name, options.timeout ?? 0, body, site)
          done()
        })
      })
    }
    return Promise.resolve()
  }

  /** Ends when its tests have ended. */
  end(): void {
    this.#queue.whenIdle(() => this.#finish())
  }

  comment(text: string): void {
    this.#later(() => this.#write(`# ${text}\n`))
  }

  passing(): boolean {
    return this.#isPassing
  }

  /** @param milliseconds from now; 0 is for ever. */
  setTimeout(milliseconds: number): void {
    clearTimeout(this.#timer)
    if (milliseconds > 0) this.#timer = setTimeout(() => this.#timedOut(), milliseconds).unref()
  }

  /** A folder that is removed at the end. */
  testdir(content: Content = {}): string {
    const path = resolve(this.testdirName)
    makeFolder(path, content)
    this.#hasFolder = true
    return path
  }

  fixture(_type: 'symlink', target: string): Link {
    return new Link(target)
  }

  /** The last one is called first, before the folder is removed. */
  teardown(hook: Body): void {
    this.#teardowns.push(hook)
  }

  before(hook: Body): void {
    this.#queue.add(() =>
      attempt(hook, this, (error) => {
        this.#isStopped = true
        this.threw(error, 'before')
      }),
    )
  }

  beforeEach(hook: Body): void {
    this.#beforeEach.push(hook)
  }

  afterEach(hook: Body): void {
    this.#afterEach.push(hook)
  }

  /** Fails the test, and ends it. @param caught how the error came here. */
  threw(error: unknown, caught: string): void {
    if (this.#isEnded && this.#parent !== undefined) return this.#parent.threw(error, caught)
    this.#failed(thrownText(error, caught))
    this.end()
  }

  /** The process ends, and the test has not. */
  abandon(): void {
    this.#isPassing = false
    this.#writeResult('fail', failureText('test unfinished', {}, siteOf()))
    this.#close()
    if (this.#parent !== undefined) this.#parent.#childEnded(this, 0)
  }

  protected result(isOk: boolean, message: string, extra: Extra = {}, site?: Site): boolean {
    if (this.#isEnded) this.#late(`an assertion after the end of the test: ${message}`)
    else if (isOk) this.#later(() => this.#writeResult('pass', ` - ${lineOf(message)}\n`))
    else this.#failed(failureText(message, extra, site))
    return isOk
  }

  protected waitFor(promise: Promise<unknown>): void {
    this.#queue.add(() => promise.catch(() => {}))
  }

  async #runChild(name: string, timeout: number, body: Body, site: Site): Promise<void> {
    if (this.#isStopped) return
    const start = performance.now()
    const child = new UnitTest(this.#report, name, this.#folderOf(name), this)
    this.#write(`# Subtest: ${lineOf(name)}\n`)
    this.#report.running.push(child)
    await child.#run(body, timeout)
    this.#report.running.splice(this.#report.running.indexOf(child), 1)
    child.#close()
    this.#childEnded(child, Math.round((performance.now() - start) * 1000) / 1000, site)
  }

  async #run(body: Body, timeout: number): Promise<void> {
    const finished = new Promise<void>((done) => (this.#finish = done))
    this.setTimeout(timeout)
    for (const hook of this.#hooksBefore())
      await attempt(hook, this, (error) => this.threw(error, 'beforeEach'))
    // At once, where there are no hooks.
    void attempt(body, this, (error, caught) => this.threw(error, caught))?.then(() => this.end())
    await finished
    for (const hook of this.#hooksAfter())
      await attempt(hook, this, (error) => this.#failed(thrownText(error, 'teardown')))
    clearTimeout(this.#timer)
  }

  #hooksBefore(): readonly Body[] {
    return this.#parent === undefined ? [] : [...this.#parent.#hooksBefore(), ...this.#parent.#beforeEach]
  }

  #hooksAfter(): readonly Body[] {
    const removal = this.#hasFolder ? [() => removeFolder(resolve(this.testdirName))] : []
    return [...this.#teardowns.toReversed(), ...removal, ...this.#hooksOfParents()]
  }

  #hooksOfParents(): readonly Body[] {
    return this.#parent === undefined ? [] : [...this.#parent.#afterEach, ...this.#parent.#hooksOfParents()]
  }

  #folderOf(name: string): string {
    const word = name.replaceAll(/[^a-zA-Z0-9._-]+/g, '-')
    return this.#parent === undefined ? join(this.testdirName, word) : `${this.testdirName}-${word}`
  }

  #timedOut(): void {
    const { running } = this.#report
    const inside = running.slice(running.indexOf(this)).toReversed()
    for (const [index, one] of inside.entries()) {
      if (index === 0) one.#failed(failureText('timeout!', { expired: this.name }))
      one.#isStopped = true
      one.#finish()
    }
  }

  #close(): void {
    this.#isEnded = true
    this.#write(`1..${this.#results}\n`)
  }

  #childEnded(child: UnitTest, time: number, site?: Site): void {
    const { name } = child
    this.#isPassing &&= child.#isPassing
    // tap counts a test without assertions as one.
    if (child.#results === 0) this.#report.count('pass')
    const text = child.#isPassing
      ? ` - ${lineOf(name)} # time=${time}ms\n`
      : failureText(name, { time }, site, false)
    this.#writeLine(child.#isPassing, `${text.trimEnd()}\n\n`)
  }

  #late(message: string): void {
    // One that failed may have ended before its function.
    if (this.#isPassing) this.threw(new Error(message), 'late')
  }

  #failed(text: string): void {
    this.#isPassing = false
    this.#later(() => this.#writeResult('fail', text))
  }

  /** After the tests that began before. */
  #later(write: () => void): void {
    this.#queue.add(() => {
      write()
      return undefined
    })
  }

  #writeResult(kind: Kind, text: string): void {
    this.#report.count(kind)
    this.#writeLine(kind !== 'fail', text)
  }

  #writeLine(isOk: boolean, text: string): void {
    this.#write(`${isOk ? '' : 'not '}ok ${++this.#results}${text}`)
  }

  #write(text: string): void {
    this.#report.write(text.replaceAll(/^(?=[^])/gm, this.#indent))
  }
}

/** Runs it to its end. @param failed called if it throws or rejects. */
function attempt(
  body: Body,
  t: UnitTest,
  failed: (error: unknown, caught: string) => void,
): Promise<void> | undefined {
  try {
    const running = body(t)
    return running instanceof Promise
      ? settle(running, (error) => failed(error, 'returnedPromiseRejection'))
      : undefined
  } catch (error) {
    failed(error, 'testFunctionThrow')
    return undefined
  }
}

async function settle(running: Promise<unknown>, failed: (error: unknown) => void): Promise<void> {
  try {
    await running
  } catch (error) {
    failed(error)
  }
}
