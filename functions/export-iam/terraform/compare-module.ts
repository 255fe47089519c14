/**
 * Holds a committed module against the one that the manifests ask for. Layout and comments do not count, so that a module
 * that terraform formatted anew, or that somebody annotated, is not stale.
 */

import { isDeepStrictEqual } from 'node:util'
import { policiesJson } from './policies-json.ts'
import { secretsSuffix } from './secret-documents-tf.ts'

/** In one file of the module. The message begins with its name. */
type Difference = { readonly file: string; readonly message: string }

/**
 * @param expected file names to texts, as renderModule makes them. @param found the committed ones; absent files are left
 * out. @returns none where the two mean the same.
 */
export function compareModule(
  expected: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): Difference[] {
  return [...expected].flatMap(([file, wanted]) =>
    differencesOf(file, wanted, found.get(file)).map((what) => ({ file, message: `${file} ${what}` })),
  )
}

function differencesOf(name: string, wanted: string, text: string | undefined): string[] {
  if (text === undefined) return ['is missing']
  if (name === policiesJson) return sameJson(wanted, text) ? [] : [anotherMeaning]
  const [now, then] = [tokensOf(wanted), tokensOf(text)]
  if (isSame(now, then)) return []
  const changes = name === 'policies.tf' ? compareGrants(grantsIn(now), grantsIn(then)) : []
  return changes.length > 0 ? changes : [anotherMeaning]
}

const anotherMeaning = 'differs from what kees export writes'

function sameJson(wanted: string, text: string): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(wanted), JSON.parse(text))
  } catch {
    return false
  }
}

type Names = ReadonlyMap<string, ReadonlySet<string>>

function compareGrants(now: Names, then: Names): string[] {
  const none: ReadonlySet<string> = new Set()
  const differences: string[] = []
  for (const key of [...new Set([...now.keys(), ...then.keys()])].toSorted()) {
    const [wanted, granted] = [now.get(key) ?? none, then.get(key) ?? none]
    const report = (names: string[], what: string) => {
      if (names.length > 0) differences.push(`${what} ${key}: ${names.join(', ')}`)
    }
    report(
      [...wanted].filter((name) => !granted.has(name)),
      'does not grant',
    )
    report(
      [...granted].filter((name) => !wanted.has(name)),
      'grants what is not declared by',
    )
  }
  return differences
}

/** The strings in the lists of each entry of `grants = { … }`, by the entry's key; quoted, as they are written. */
function grantsIn(tokens: readonly string[]): Names {
  const grants = new Map<string, Set<string>>()
  const start = tokens.findIndex(
    (token, at) => token === 'grants' && tokens[at + 1] === '=' && tokens[at + 2] === '{',
  )
  if (start < 0) return grants
  let [depth, lists] = [1, 0]
  let list = ''
  let names: Set<string> | undefined
  for (let at = start + 3; at < tokens.length && depth > 0; at++) {
    const token = tokens[at] ?? ''
    if (token === '{') depth++
    else if (token === '}') depth--
    else if (token === '[') lists++
    else if (token === ']') lists--
    else if (/^\w/.test(token)) list = token
    else if (!token.startsWith('"')) continue
    else if (lists > 0) names?.add(list.endsWith(secretsSuffix) ? `secret ${token}` : token)
    else if (depth === 1) {
      names = new Set()
      grants.set(token, names)
    }
  }
  return grants
}

const token = /"(?:[^"\\\n]|\\.)*"|#.*|\/\/.*|\/\*[^]*?\*\/|[A-Za-z_][\w-]*|\d+|\S/g

/** A comma before a closing bracket has no meaning. */
function tokensOf(text: string): string[] {
  const tokens = (text.match(token) ?? []).filter((one) => !/^(#|\/\/|\/\*)/.test(one))
  return tokens.filter((one, at) => one !== ',' || !/^[\]}]$/.test(tokens[at + 1] ?? ''))
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at])
}
