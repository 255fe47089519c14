import { createRequire } from 'node:module'
import { join } from 'node:path'
import type * as tapCore from '@tapjs/core'
import type * as tapStack from '@tapjs/stack'

type Core = Pick<typeof tapCore, 'extraFromError' | 'TestPoint'>
type Stack = Pick<typeof tapStack, 'parseStack' | 'setCwd'>
type Tap = { readonly core: Core; readonly stack: Stack }

const root = join(import.meta.dirname, '../../..')
let loaded: Tap | undefined

/** The parts of tap that print a failure. They and all plugins take 0.3 s to load, which only a process with a failure does. */
function tap(): Tap {
  return (loaded ??= load())
}

function load(): Tap {
  const before = process.cwd()
  // tap looks for its configuration there.
  process.chdir(root)
  const require = createRequire(createRequire(import.meta.url).resolve('tap'))
  const core: Core = require('@tapjs/core')
  const stack: Stack = require('@tapjs/stack')
  stack.setCwd(root)
  process.chdir(before)
  return { core, stack }
}

/** Where something was called. The text is only made where it is read. */
export type Site = { readonly stack?: string }

/** Of the caller. */
export function siteOf(): Site {
  const site: Site = {}
  Error.captureStackTrace(site)
  return site
}

/** As a name and a message are written in TAP. */
export function lineOf(message: string): string {
  return message
    .trim()
    .replaceAll(/[\n\r]/g, ' ')
    .replaceAll('\t', '  ')
    .replaceAll(/[\\#]/g, '\\$&')
}

/** What follows the number of a test that is skipped. */
export function skippedText(name: string, reason: string | true): string {
  return ` - ${lineOf(name)} # SKIP${reason === true ? '' : ` ${lineOf(reason)}`}\n`
}

export type Extra = Readonly<Record<string, unknown>>

/** What follows the number in the TAP of a failure, as tap prints it: the message and the diagnostics in YAML. */
export function failureText(message: string, extra: Extra, site: Site = {}, withStack = true): string {
  const { core, stack } = tap()
  const frames = stack.parseStack(withoutOwn(site.stack?.replace(/^.*\n/, '') ?? ''))
  const place =
    frames.length === 0 ? {} : { at: frames[0], ...(withStack ? { stack: frames.join('\n') } : {}) }
  return new core.TestPoint(false, message, { ...extra, ...place, diagnostic: true }).message
}

/** @param caught how it came to the test. */
export function thrownText(error: unknown, caught: string): string {
  const isError = error instanceof Error
  const message =
    isError && error.message !== '' ? error.message : typeof error === 'string' ? error : 'unhandled error'
  const extra = { ...(isError ? detailsOf(error) : { error }), tapCaught: caught, diagnostic: true }
  return new (tap().core.TestPoint)(false, message, extra).message
}

/** As the details of an assertion that got an error. */
export function causeOf(error: unknown): Extra {
  if (!(error instanceof Error)) return { cause: error }
  const { at, stack } = detailsOf(error)
  return { cause: { message: error.message, at, stack } }
}

function detailsOf(error: Error): Extra {
  const seen = new Set<unknown>()
  for (let one: unknown = error; one instanceof Error && !seen.has(one); one = one.cause) {
    seen.add(one)
    // It may be read-only.
    if (one.stack !== undefined) Reflect.set(one, 'stack', withoutOwn(one.stack))
  }
  return tap().core.extraFromError(error)
}

/** Without the frames of the modules that run the tests. */
function withoutOwn(stack: string): string {
  return stack.replaceAll(/^ +at .*\/scripts\/tests\/(in-process\/|one-process\.ts).*\n?/gm, '')
}
