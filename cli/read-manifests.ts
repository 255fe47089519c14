import { isUtf8 } from 'node:buffer'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Parsed } from '../api/parsed.ts'
import { exitCode, type ExitCode } from '../api/exit-code.ts'
import { itemsUnder, type ManifestItem } from '../functions/krm/manifest-item.ts'
import { parseSource } from '../functions/yaml/parse.ts'
import type { Flags, ParsedFlags } from './flags.ts'
import { type Io, isOn } from './command.ts'
import { tryRead, type Report } from './files/try-read.ts'

/** The text of one file, or of standard input (`-`), with the objects in it. */
export type Manifest = {
  readonly path: string
  readonly text: string
  readonly items: readonly ManifestItem[]
}

export type ReadManifests = {
  readonly manifests: readonly Manifest[]
  readonly problems: readonly { readonly message: string; readonly exit: ExitCode }[]
}

export const manifestFlags: Flags = {
  filename: {
    short: 'f',
    takes: 'FILE',
    repeatable: true,
    meaning: 'a manifest, a folder of them, or - for standard input',
  },
  recursive: { short: 'R', meaning: "read a folder's subfolders too" },
}

/** Reads what the flags of manifestFlags name. Everything that cannot be read is reported. */
export async function readManifests(parsed: ParsedFlags, io: Io): Promise<ReadManifests> {
  const names = parsed.values.get('filename') ?? []
  if (names.length > 0) return readNamed(names, isOn(parsed, 'recursive'), io)
  const message = 'flag -f is missing: name a manifest, a folder of them, or - for standard input'
  return { manifests: [], problems: [{ message, exit: exitCode.usage }] }
}

/** @param names of files and folders, or `-`. @param recursive whether folders are read with their subfolders. */
export async function readNamed(
  names: readonly string[],
  recursive: boolean,
  io: Io,
): Promise<ReadManifests> {
  const problems: { message: string; exit: ExitCode }[] = []
  const report = (message: string, exit: ExitCode) => problems.push({ message, exit })
  const sources: { path: string; bytes: Buffer }[] = []
  for (const name of new Set(names)) {
    if (name === '-') {
      const terminal = 'standard input is a terminal: pipe a manifest into it'
      const { bytes, problem } = (await io.readStdin()) ?? { problem: terminal }
      if (problem === undefined) sources.push({ path: '-', bytes })
      else report(problem, exitCode.usage)
      continue
    }
    for (const path of await filesOf(name, recursive, report)) {
      const bytes = await tryRead(path, readFile(path), report)
      if (bytes !== undefined) sources.push({ path, bytes })
    }
  }
  const manifests = sources.flatMap(({ path, bytes }): Manifest[] => {
    const { value, problem } = parseManifest(path, bytes)
    if (problem === undefined) return [value]
    report(`${shownPath(path)} ${problem}`, exitCode.input)
    return []
  })
  // A build that failed leaves an empty pipe, from which an export would take every right away.
  if (problems.length === 0 && manifests.every(({ items }) => items.length === 0)) {
    report(`there is no Kubernetes object in ${names.map(shownPath).join(', ')}`, exitCode.input)
  }
  return { manifests, problems }
}

/** What a message calls the file of a manifest. */
export function shownPath(path: string): string {
  return path === '-' ? 'standard input' : path
}

function parseManifest(path: string, bytes: Buffer): Parsed<Manifest> {
  // Other bytes would not come out again as they went in.
  if (!isUtf8(bytes)) return { problem: 'is not UTF-8 text' }
  const text = bytes.toString()
  const { documents, problem } = parseSource(text)
  if (problem !== undefined) return { problem }
  return { value: { path, text, items: documents.flatMap((one) => itemsUnder(one, one.root)) } }
}

const builders = new Map([
  ['kustomization.yaml', 'kustomize build'],
  ['kustomization.yml', 'kustomize build'],
  ['Kustomization', 'kustomize build'],
  ['Chart.yaml', 'helm template'],
])

/** The manifests in a folder, as kubectl finds them; a kpt package is read with its subfolders. */
async function filesOf(name: string, recursive: boolean, report: Report): Promise<string[]> {
  const found = await tryRead(name, stat(name), report)
  if (!found) return []
  if (!found.isDirectory()) return [name]
  const entries = await tryRead(name, readdir(name, { withFileTypes: true }), report)
  if (!entries) return []
  for (const entry of entries) {
    const builder = builders.get(entry.name)
    if (builder === undefined) continue
    report(`${name} has to be built first: pipe into kees what ${builder} ${name} prints`, exitCode.usage)
    return []
  }
  const deeper = recursive || entries.some((entry) => entry.name === 'Kptfile')
  const files: string[] = []
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(name, entry.name)
    if (entry.isDirectory()) {
      if (deeper && !entry.name.startsWith('.')) files.push(...(await filesOf(path, true, report)))
    } else if (/\.(ya?ml|json)$/.test(entry.name)) files.push(path)
  }
  if (files.length === 0 && !recursive)
    report(
      `there is no .yaml, .yml or .json file in ${name}${deeper ? '' : '; -R reads its subfolders too'}`,
      exitCode.input,
    )
  return files
}
