/** Searches for values of parameters in all recorded output of a full test run (test/programs/record-output.cjs). */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The values of tests contain these. */
const marks = ['fakepassword', 'privatekeydummyvalue', 'publickeydummyvalue']

/** The demo prints the command that stores a value. */
const typed = "$ printf 'fakepassword' | kees put db.password"

/** Shorter values are words that may appear anywhere. */
const shortest = 12

type Found = {
  /** How many programs wrote output. */
  readonly programs: number
  /** How many different values they had. */
  readonly values: number
  /** Each with the file and a piece of the value. */
  readonly leaks: readonly string[]
}

/** @param reports texts beside those of the folder, by a name for each. */
export function findValues(folder: string, reports: Readonly<Record<string, string>> = {}): Found {
  const files = readdirSync(folder).map(
    (name) => [name, readFileSync(join(folder, name), 'utf8').replaceAll(typed, '')] as const,
  )
  const values = new Set(marks)
  for (const [name, text] of files) {
    if (!name.startsWith('values-')) continue
    // A killed program may leave half a line.
    for (const line of text.split('\n')) if (line.endsWith('"')) values.add(JSON.parse(line))
  }
  const texts = [...files.filter(([name]) => !name.startsWith('values-')), ...Object.entries(reports)]
  const isShown = findAny(values)
  const leaks = texts.flatMap(([name, text]) =>
    isShown(text).map((value) => `${name}: ${JSON.stringify(value.slice(0, shortest))}…`),
  )
  const programs = files.filter(([name]) => name.startsWith('said-')).length
  return { programs, values: values.size - marks.length, leaks }
}

/** Searches a text once for all values, by their first characters: there are thousands of values and megabytes of text. */
function findAny(values: ReadonlySet<string>): (text: string) => string[] {
  const begun = new Map<string, Set<string>>()
  for (const value of values) {
    for (const shape of shapesOf(value)) {
      if (shape.length < shortest) continue
      const beginning = shape.slice(0, shortest)
      begun.set(beginning, (begun.get(beginning) ?? new Set()).add(shape))
    }
  }
  return (text) => {
    const shown = new Set<string>()
    for (let position = 0; position + shortest <= text.length; position++) {
      for (const shape of begun.get(text.slice(position, position + shortest)) ?? []) {
        if (text.startsWith(shape, position)) shown.add(shape)
      }
    }
    return [...shown]
  }
}

/** As it is, and as JSON shows it inside a string. */
function shapesOf(value: string): string[] {
  return [...new Set([value, JSON.stringify(value).slice(1, -1)])]
}
