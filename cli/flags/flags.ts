/** The flags of a command: one table gives the parsing and the help. */
import { parseArgs } from 'node:util'
import { about, type Diagnostic, quote } from '../../api/diagnostic.ts'
import { didYouMean } from '../../api/suggest.ts'
import { suggestFlag } from './suggest-flag.ts'
import { defaultOf } from '../../functions/krm/function-help.ts'
import { parseYaml } from '../../functions/krm/function-config.ts'
import type { GivenOption, OptionDescription } from '../../functions/krm/options/options.ts'

export type Flag = {
  /** What follows the flag, such as `FILE`; a flag that takes nothing is a switch. */
  readonly takes?: string
  readonly short?: string
  readonly repeatable?: true
  readonly meaning: string
}

export type Flags = Readonly<Record<string, Flag>>

export type ParsedFlags = {
  readonly operands: readonly string[]
  /** By the flag's name; a switch has the one value `true`, or `false` for `--switch=false`. */
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly diagnostics: readonly Diagnostic[]
}

export function parseFlags(args: readonly string[], flags: Flags): ParsedFlags {
  const operands: string[] = []
  const diagnostics: Diagnostic[] = []
  const values = new Map<string, string[]>()
  const options = Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, parserOption(flag)]))
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  })
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName, inlineValue } = token
    // kubectl reads -o=json as -o json, and Node as the value "=json".
    const isShort = !rawName.startsWith('--')
    const value = isShort && inlineValue ? token.value.replace(/^=/, '') : token.value
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
    if (!flag) diagnostics.push(unknownFlag(rawName, Object.keys(flags)))
    else if (flag.takes === undefined && value !== undefined && value !== 'true' && value !== 'false') {
      diagnostics.push({ message: `flag ${rawName} takes no value but true or false` })
    } else if (flag.takes !== undefined && (value === undefined || (!inlineValue && isFlag(value, flags)))) {
      diagnostics.push({ message: `flag ${rawName} needs a value: ${flag.takes}` })
    } else {
      // The last value of a flag that may be set once wins, as in kubectl: a shell alias can be overridden.
      const before = flag.repeatable ? (values.get(name) ?? []) : []
      values.set(name, [...before, value ?? 'true'])
    }
  }
  return { operands, values, diagnostics }
}

/** Every option of a function as a flag: `imagePullPolicy` is `--image-pull-policy`. @param shorts one letter for some. */
export function optionFlags(
  options: Readonly<Record<string, OptionDescription>>,
  shorts: Readonly<Record<string, string>> = {},
): Flags {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]): [string, Flag] => {
      if (option.default === false) return [flagName(name), { meaning: option.meaning }]
      const meaning = `${option.meaning} (default ${defaultOf(option)})`
      const short = shorts[name]
      const flag = { takes: placeholder(option.takes), meaning }
      return [flagName(name), short === undefined ? flag : { short, ...flag }]
    }),
  )
}

/** The options that were given as flags; structured ones are read as YAML. */
export function givenOptions(
  options: Readonly<Record<string, OptionDescription>>,
  values: ParsedFlags['values'],
): { readonly given: readonly GivenOption[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const given = Object.entries(options).flatMap(([name, option]): GivenOption[] => {
    const [text] = values.get(flagName(name)) ?? []
    if (text === undefined) return []
    if (!option.structured) return [{ name, value: text }]
    const parsed = parseYaml(text)
    if (parsed.diagnostics === undefined) return [{ name, value: parsed.value }]
    diagnostics.push(...about(`flag --${flagName(name)}`, parsed.diagnostics))
    return []
  })
  return { given, diagnostics }
}

/** Whether the value is the next flag, because the value was forgotten. */
function isFlag(text: string, flags: Flags): boolean {
  return Object.entries(flags).some(
    ([name, { short }]) =>
      text === `--${name}` || text.startsWith(`--${name}=`) || (short !== undefined && text === `-${short}`),
  )
}

/** Placeholders of values are in upper case; values, such as `Memory`, are literal. */
const placeholders: readonly (readonly [what: RegExp, placeholder: string])[] = [
  [/^string$/, 'STRING'],
  [/^user ID/, 'ID'],
  [/^duration/, 'DURATION'],
  [/^names.*/, 'NAME,...'],
  [/ or /g, '|'],
]

function placeholder(takes: string): string {
  return placeholders.reduce((text, [what, name]) => text.replace(what, name), takes)
}

export function flagName(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function parserOption({ takes, short }: Flag): {
  type: 'string' | 'boolean'
  multiple: true
  short?: string
} {
  const type = takes === undefined ? 'boolean' : 'string'
  return { type, multiple: true, ...(short === undefined ? {} : { short }) }
}

function unknownFlag(rawName: string, known: readonly string[]): Diagnostic {
  const meant = suggestFlag(rawName.replace(/^-+/, ''), known)
  const { hint = 'see --help' } = didYouMean(meant && `--${meant}`)
  return { message: `flag ${quote(rawName)} is not known`, hint }
}
