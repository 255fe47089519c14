/**
 * The arguments of the init container: encode and parse side by side. The image starts the program; only a probe has to
 * name it.
 */
import { invalid, type Parsed } from '../parsed.ts'
import { formatDuration, parseDuration } from '../duration.ts'
import { about, quote } from '../diagnostic.ts'

export type InitMode =
  | { readonly kind: 'once' }
  /** Keeps the files up to date: the interval at which the store is read again, in milliseconds. */
  | { readonly kind: 'refresh'; readonly every: number }
  /** Looks whether the files are there. */
  | { readonly kind: 'check' }

/** The entry point of the image of init: scripts/images/Dockerfile. */
export const initCommand = ['/usr/local/bin/node', '/usr/local/bin/init'] as const

/** In milliseconds. */
const shortestRefresh = 1000

/** @param text such as `5m`. What is wrong with it follows the option's name. */
export function parseRefresh(text: string): Parsed<number> {
  const every = parseDuration(text)
  if (every !== undefined && every >= shortestRefresh) return { value: every }
  return invalid('is not a duration such as 5m, from 1s up to 596h')
}

export function encodeInitArgs(mode: InitMode): string[] {
  if (mode.kind === 'refresh') return ['--refresh', formatDuration(mode.every)]
  return mode.kind === 'check' ? ['--check'] : []
}

export function parseInitArgs(args: readonly string[]): Parsed<InitMode> {
  const [first, second, third] = args.flatMap((arg) =>
    arg.startsWith('--refresh=') ? ['--refresh', arg.slice('--refresh='.length)] : [arg],
  )
  if (first === undefined) return { value: { kind: 'once' } }
  const isRefresh = first === '--refresh'
  if (!isRefresh && first !== '--check') return unknown(first)
  const surplus = isRefresh ? third : second
  if (surplus !== undefined) return unknown(surplus)
  if (!isRefresh) return { value: { kind: 'check' } }
  const { value: every, diagnostics } = parseRefresh(second ?? '')
  if (diagnostics === undefined) return { value: { kind: 'refresh', every } }
  return {
    diagnostics: about(
      `the argument --refresh${second === undefined ? '' : ` ${quote(second)}`}`,
      diagnostics,
    ),
  }
}

function unknown(arg: string): Parsed<never> {
  const allowed = '--refresh DURATION, --check, --help and --version; the rest is set by the environment'
  return invalid(`the argument ${quote(arg)} is not known here: allowed are ${allowed}`)
}
