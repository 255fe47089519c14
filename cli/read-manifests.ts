import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { about, type Diagnostic } from '../api/diagnostic.ts'
import { exitCode } from '../api/exit-code.ts'
import { invalid, type Parsed } from '../api/parsed.ts'
import { itemsUnder, type ManifestItem } from '../functions/krm/manifest-item.ts'
import { errorsOf, type Result } from '../functions/krm/result.ts'
import { decodeText, isNotText } from '../functions/krm/decode-text.ts'
import { parseSource } from '../functions/yaml/parse.ts'
import { countNodes } from '../functions/yaml/size-limit.ts'
import { lookUp } from '../functions/yaml/value.ts'
import type { Flags, ParsedFlags } from './flags/flags.ts'
import { type Io, isOn } from './flags/command.ts'
import { largestFile, leaves, readRegular } from './files/read-regular.ts'
import { tryRead } from './files/try-read.ts'

/** The text of one file, or of standard input (`-`). */
export type ManifestText = { readonly path: string; readonly text: string }

/** With the objects in it. */
export type Manifest = ManifestText & { readonly items: readonly ManifestItem[] }

export type ReadManifests = {
  readonly manifests: readonly Manifest[]
  /** What cannot be read, and warnings of what is not. */
  readonly results: readonly Result[]
}

export const manifestFlags: Flags = {
  filename: {
    short: 'f',
    takes: 'FILE',
    repeatable: true,
    meaning: 'a manifest, a folder of manifests, or - for standard input',
  },
  recursive: { short: 'R', meaning: 'also read the subfolders of folders' },
}

/** Reads what the flags of manifestFlags name. Everything that cannot be read is reported. */
export async function readManifests(parsed: ParsedFlags, io: Io): Promise<ReadManifests> {
  return parseSources(namesIn(parsed), await readSourcesOf(parsed, io))
}

/** As readManifests, without parsing what is read. */
export async function readSourcesOf(parsed: ParsedFlags, io: Io): Promise<Sources> {
  const names = namesIn(parsed)
  if (names.length > 0) return readSources(names, isOn(parsed, 'recursive'), io)
  const missing = {
    message: 'flag -f is missing',
    hint: 'name a manifest, a folder of them, or - for standard input',
  }
  return { sources: [], results: errorsOf([missing], exitCode.usage) }
}

/** The values of -f. */
export function namesIn(parsed: ParsedFlags): readonly string[] {
  return parsed.values.get('filename') ?? []
}

/** @param names of files and folders, or `-`. @param recursive whether folders are read with their subfolders. */
export async function readNamed(
  names: readonly string[],
  recursive: boolean,
  io: Io,
): Promise<ReadManifests> {
  return parseSources(names, await readSources(names, recursive, io))
}

/** The bytes of manifests. */
export type Sources = {
  readonly sources: readonly { readonly path: string; readonly bytes: Buffer }[]
  /** What cannot be read, and warnings of what is not. */
  readonly results: readonly Result[]
}

/** As readNamed, without parsing what is read. */
async function readSources(names: readonly string[], recursive: boolean, io: Io): Promise<Sources> {
  const results: Result[] = []
  const sources: { path: string; bytes: Buffer }[] = []
  /** What may still be read, in bytes. */
  let left = largestFile
  const add = (path: string, { value: bytes, diagnostics = [] }: Parsed<Buffer>) => {
    results.push(...errorsOf(diagnostics, exitCode.usage))
    if (!bytes) return
    left -= bytes.length
    sources.push({ path, bytes })
  }
  for (const name of new Set(names)) {
    if (name === '-') {
      const terminal = invalid('standard input is a terminal', 'pipe a manifest into it')
      add('-', (await io.readStdin({ largest: left, isUseless: isNotText })) ?? terminal)
      continue
    }
    const unread = unreadName(name)
    if (unread !== undefined) {
      results.push(...errorsOf([unread], exitCode.usage))
      continue
    }
    for (const path of await filesOf(name, recursive, results)) {
      add(path, await readRegular(path, left))
    }
  }
  return { sources, results }
}

/** @param names as for readNamed. Where something could not be read, there need not be an object. */
export function parseSources(
  names: readonly string[],
  { sources, results: ofReading }: Sources,
): ReadManifests {
  const results = [...ofReading]
  /** Of the trees that are kept. */
  let nodes = 0
  const manifests = sources.flatMap(({ path, bytes }, index): Manifest[] => {
    const { value, diagnostics } = parseManifest(path, bytes, nodes)
    if (diagnostics === undefined) {
      if (index < sources.length - 1) nodes += countNodes(value.text)
      return [value]
    }
    const file = shownPath(path)
    results.push(
      ...errorsOf(about('the manifest', diagnostics), exitCode.input).map((one) => ({ ...one, file })),
    )
    return []
  })
  // A build that failed leaves an empty pipe, from which an export would take every right away.
  const isRead = results.every(({ severity }) => severity !== 'error')
  if (isRead && !manifests.some(({ items }) => items.some(isObject))) {
    const message = `there is no Kubernetes object in ${names.map(shownPath).join(', ')}`
    results.push(...errorsOf([{ message }], exitCode.input))
  }
  return { manifests, results }
}

/** Other files have an apiVersion too, such as Chart.yaml. An object may lack its kind by mistake. */
export function isObject({ object, root }: ManifestItem): boolean {
  return object.kind !== '' || lookUp(root, 'metadata') !== undefined
}

/** What kubectl reads and kees does not. */
function unreadName(name: string): Diagnostic | undefined {
  if (/^https?:\/\//.test(name)) {
    return {
      message: `${shownPath(name)} is a URL, and kees reads only files`,
      hint: 'fetch it first: curl -fsS URL | kees … -f -',
    }
  }
  if (!name.includes(',') || existsSync(name)) return undefined
  return { message: `${shownPath(name)} does not exist`, hint: 'repeat -f for each file: kees takes no list' }
}

/** What a message calls the file of a manifest; standard input as kubectl calls it. */
export function shownPath(path: string): string {
  return path === '-' ? 'STDIN' : path
}

/** @param nodes of the manifests before it. */
export function parseManifest(path: string, bytes: Buffer, nodes = 0): Parsed<Manifest> {
  const decoded = decodeText(bytes)
  if (decoded.diagnostics !== undefined) return decoded
  const text = decoded.value
  const { value: documents, diagnostics } = parseSource(text, 0, nodes)
  if (diagnostics !== undefined) return { diagnostics }
  return { value: { path, text, items: documents.flatMap((one) => itemsUnder(one, one.root)) } }
}

/** By the link, if it is one. */
async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

const builders = new Map([
  ['kustomization.yaml', 'kustomize build'],
  ['kustomization.yml', 'kustomize build'],
  ['Kustomization', 'kustomize build'],
  ['Chart.yaml', 'helm template'],
])

/**
 * The manifests in a folder, as kubectl finds them; a kpt package is read with its subfolders.
 *
 * @param root the folder that was named: links must not lead out of it.
 */
async function filesOf(name: string, recursive: boolean, results: Result[], root = name): Promise<string[]> {
  const found = await tryRead(name, stat(name))
  if (found.value && !found.value.isDirectory()) return [name]
  const listed = found.diagnostics ? found : await tryRead(name, readdir(name, { withFileTypes: true }))
  if (listed.diagnostics) {
    results.push(...errorsOf(listed.diagnostics, exitCode.usage))
    return []
  }
  const entries = listed.value
  for (const entry of entries) {
    const builder = builders.get(entry.name)
    if (builder === undefined) continue
    const unbuilt = { message: `${name} must be built first`, hint: `${builder} ${name} | kees …` }
    results.push(...errorsOf([unbuilt], exitCode.usage))
    return []
  }
  const deeper = recursive || entries.some((entry) => entry.name === 'Kptfile')
  const files: string[] = []
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(name, entry.name)
    if (entry.isDirectory()) {
      // One by one: a call has room for about 120,000 arguments.
      if (deeper && !entry.name.startsWith('.'))
        for (const file of await filesOf(path, true, results, root)) files.push(file)
    } else if (deeper && entry.isSymbolicLink() && !entry.name.startsWith('.') && (await isFolder(path))) {
      // As kubectl: a link may lead to a folder above it.
      const message = `${path} is a link to a folder, and what is in it is not read`
      results.push({ severity: 'warning', message, hint: 'name that folder by -f too', exit: exitCode.input })
    } else if (/\.(ya?ml|json)$/.test(entry.name)) {
      if (entry.isSymbolicLink() && (await leaves(root, path).catch(() => false))) {
        const foreign = {
          message: `${path} is a link to a file outside of ${root}`,
          hint: 'name that file by -f',
        }
        results.push(...errorsOf([foreign], exitCode.input))
      } else files.push(path)
    }
  }
  if (files.length === 0 && !recursive) {
    const message = `there is no .yaml, .yml or .json file in ${name}`
    const empty = deeper ? { message } : { message, hint: 'read its subfolders too by -R' }
    results.push(...errorsOf([empty], exitCode.input))
  }
  return files
}
