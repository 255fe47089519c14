/**
 * What kees reads is what kubectl and kustomize read, or kees refuses it: its reader is compared with theirs, in their own
 * language (yaml-readers/main.go), on files and on generated texts. Where the two differ from each other, as on `yes`, kees
 * reads what kubectl reads, since that is what the API server gets.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import t from 'tap'
import { print, style, value } from '../../functions/yaml/arbitrary-yaml.ts'
import type { SourceNode, SourceScalar } from '../../functions/yaml/node.ts'
import { parseSource } from '../../functions/yaml/parse.ts'
import { scalarValue } from '../../functions/yaml/scalar-value.ts'
import { allEntries, type Value } from '../../functions/yaml/value.ts'
import { findCommand } from '../../scripts/tools/installed.ts'
import { isLong } from '../programs/long.ts'
import { root } from '../programs/programs.ts'
import { runGoModule } from '../programs/run-go.ts'
import { arbitraryMerges } from './arbitrary-merges.ts'
import { arbitraryDamage, arbitraryText } from './arbitrary-text.ts'

type Reading = { readonly kubectl: readonly Value[] | null; readonly kustomize: readonly Value[] | null }

const go = findCommand('go')
const skip = go === undefined && 'needs the command go'

const folder = join(import.meta.dirname, 'yaml-readers')

function othersRead(texts: readonly string[]): readonly Reading[] {
  const { status, stdout, stderr } = runGoModule(go ?? '', folder, JSON.stringify(texts))
  if (status !== 0) throw new Error(stderr)
  const readings: readonly Reading[] = JSON.parse(stdout)
  return readings
}

/** The objects of a text, as JSON has them; undefined where kees refuses the text. */
function keesReads(text: string): readonly Value[] | undefined {
  return parseSource(text)
    .value?.map((document) => valueOf(document.root))
    .filter((one) => one !== null)
}

/** As kubectl, which makes strings of other keys: `on:` becomes `"true":`. */
function valueOf(node: SourceNode): Value {
  if (node.type === 'alias') return valueOf(node.target)
  if (node.type === 'scalar') return scalarValue(node)
  if (node.type === 'sequence') return node.items.map(valueOf)
  const keys = new Map(node.entries.map(({ key }) => [key.text, keyOf(key)]))
  return Object.fromEntries(
    allEntries(node).map(([text, one]) => [keys.get(text) ?? text, valueOf(one)] as const),
  )
}

/** A key that is a string is read as it is written. */
function keyOf(key: SourceScalar): string {
  const one = scalarValue(key)
  return typeof one === 'string' || (typeof one === 'number' && !Number.isFinite(one))
    ? key.text
    : String(one)
}

/** Only maps can be objects of Kubernetes. */
function comparable(objects: readonly Value[] | undefined): string {
  const maps = objects?.filter((one) => typeof one === 'object' && one !== null && !Array.isArray(one))
  return JSON.stringify(maps, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
}

const files = globSync(['{kustomize-examples,test,docs,functions,runtime,cli,.github}/**/*.{yaml,yml}'], {
  cwd: root,
}).map((path) => readFileSync(join(root, path), 'utf8'))

/** Keys that are no text, or not the text that is written, in objects of any shape. */
const keys = [
  '{a: b}: c',
  '[a]: c',
  '? {a: b}\n: c',
  '? - a\n: c',
  '{{ .name }}',
  '{[a, b]: c}',
  '? a',
  '? |\n  a\n: b',
]
const hiddenKeys = [
  '*b : c',
  '{*b : c}',
  '!!binary Yg==: c',
  '!!bin%61ry Yg==: c',
  '!<tag:yaml.org,2002:binary> Yg==: c',
]
const textKeys = [
  '&c b: c',
  '!!str 5: c',
  '!x b: c',
  '! b: c',
  '5: c',
  '1_0: c',
  '~: c',
  '? !!binary Yg==',
  '? *b',
]
const withKeys = [...keys, ...hiddenKeys, ...textKeys].flatMap((key) =>
  ['', '  '].map((indent) => `a: &b b\n${indent === '' ? '' : 'd:\n'}${key.replaceAll(/^/gm, indent)}\n`),
)

/** Orders of keys and merge keys that kubectl and kustomize read differently, and orders that they read alike. */
const merges = [
  'a: {role: own, <<: {role: admin}}',
  'a: {<<: {role: admin}, role: own}',
  'a: {other: own, <<: {role: admin}}',
  'a: {<<: {role: admin}, <<: {role: harmless}}',
  'a: {<<: [{role: admin}, {role: harmless}]}',
  'a: {<<: [{<<: {role: admin}}, {role: harmless}]}',
  'a: {<<: {<<: {role: admin}, role: own}}',
  'a: &a {role: own}\nb: &b {<<: *a, role: admin}\nc: {<<: *b}',
  'a: &a {role: own}\nb: &b {role: admin, <<: *a}\nc: {<<: *b}',
  'a: {"<<": {role: admin}}',
  'a: {role: own, ! "<<": {role: admin}}',
  'a: {on: own, <<: {true: admin}}',
]

/** Lines that begin as a marker does. kubectl and kustomize cut at some of them, and refuse others. */
const markers = [
  '---',
  '--- ',
  '--- # x',
  '---#',
  '---# x: y',
  '---#: y',
  '---x: y',
  '---: y',
  '--- {x: y}',
  '---\u00a0# x: y',
  '---\t# x',
  '----',
  ' ---# x: y',
]
const withMarkers = markers.flatMap((line) =>
  ['', '\n', 'a: 1\n', '# c\n', 'a: "b\n'].map((before) => `${before}${line}\nc: 2\n`),
)
/** Kustomize cannot read what contains itself. */
const cycles = ['a: &a {b: *a}\n', 'a: &a {<<: *a}\n', 'a: &a [*a]\n']

const printed = fc.tuple(value.value, style).map(([one, how]) => print({ a: one, b: 1 }, how))
/** Always the same texts in the short form, so that a difference is found by who looks for it. */
const tries = isLong ? { numRuns: 20_000 } : { numRuns: 1000, seed: 1 }

/** @property withKustomize whether kustomize changes such texts: kees has to read what kubectl reads of the text and of the build. */
const sources: readonly (readonly [
  title: string,
  texts: () => readonly string[],
  least: number,
  withKustomize?: boolean,
])[] = [
  ['the YAML files of this repository', () => files, 0.9],
  ['keys of every kind', () => withKeys, 0.3],
  ['markers of documents', () => withMarkers, 0.1],
  ['cycles', () => cycles, 0],
  ['generated YAML', () => fc.sample(printed, tries), 0.6],
  ['damaged files', () => fc.sample(arbitraryDamage(files.filter((one) => one.length < 3000)), tries), 0.2],
  ['pieces of YAML', () => fc.sample(arbitraryText, tries), 0.05],
  ['merge keys', () => [...merges, ...fc.sample(arbitraryMerges, tries)], 0.05, true],
]
for (const [title, generate, least, withKustomize = false] of sources) {
  t.test(`${title}: kees reads what kubectl reads, or refuses it`, { skip }, async (t) => {
    // A half of a character cannot be in a file; the printer of the tests splits some.
    const texts = generate().map((text) => text.toWellFormed())
    const readings = othersRead(texts)
    let same = 0
    let refused = 0
    for (const [index, text] of texts.entries()) {
      const kees = keesReads(text)
      const { kubectl, kustomize } = readings[index] ?? {}
      // What kubectl refuses is not applied, and kustomize does not pass on what it refuses.
      const theirs = kubectl ?? kustomize
      if (kees === undefined) refused++
      else if (withKustomize && kustomize && comparable(kees) !== comparable(kustomize))
        t.fail(`kees and kustomize differ on ${JSON.stringify(text)}`, { kees, kustomize })
      else if (theirs && comparable(kees) === comparable(theirs)) same++
      else if (kubectl) t.fail(`kees and kubectl differ on ${JSON.stringify(text)}`, { kees, kubectl })
    }
    t.ok(same >= least * texts.length, `${same} of ${texts.length} are read by both`)
    t.comment(`${refused} of ${texts.length} are refused by kees`)
  })
}
