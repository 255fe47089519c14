/**
 * One refresh: reads the annotations of the running pod, which may have changed, and fetches what they declare now. A
 * declaration that is new is delivered with all others, or the refresh fails and the files stay as they are.
 */
import { exitCode } from '../../../api/exit-code.ts'
import type { InitEnv } from '../../../api/settings/init-env.ts'
import type { Log } from '../../log.ts'
import type { ParameterReader } from '../../store/parameter-store.ts'
import { fetchFiles, type FilesTools, type Pod, warnOfAbsent } from '../files/fetch-files.ts'
import type { OutputFiles } from '../files/output-files.ts'
import { logWarnings, readDeclared } from '../files/read-declared.ts'
import type { InitDiagnostic } from '../fetch/report.ts'
import { filesExist } from '../files/written-files.ts'

/** The store, or why it cannot be read. */
export type OpenedStore =
  | { readonly reader: ParameterReader; readonly diagnostics?: never }
  | { readonly reader?: never; readonly diagnostics: readonly InitDiagnostic[] }
  /** Local mode: none is read. */
  | { readonly reader?: never; readonly diagnostics?: never; readonly isLocal: true }

type Rounds = FilesTools & {
  /** In milliseconds. */
  readonly every: number
  readonly settings: InitEnv
  /** What was declared when the process started. */
  readonly pod: Pod
  readonly store: OpenedStore
  readonly log: Log
}

/** @returns what does one refresh: the files as they are to be, or why they cannot be had. */
export function openRound({
  every,
  settings,
  pod,
  store,
  log,
  ...world
}: Rounds): () => Promise<OutputFiles> {
  const limited = limitWaits(settings, every)
  let known = pod
  let knownAbsent = ''
  return async () => {
    const read = await readDeclared(settings)
    if (read.diagnostics.length > 0) return { diagnostics: read.diagnostics }
    const changes = changesOf(known, read)
    if (changes) {
      log.warn('the declarations of the running pod have changed', changes)
      logWarnings(read.warnings, log)
      known = read
    }
    if (read.declared.length === 0 && read.composed.length === 0) {
      const hadFiles = await filesExist(
        { declared: [], composed: [], diagnostics: [nothingDeclared] },
        settings,
      )
      return hadFiles ? { diagnostics: [nothingDeclared] } : { files: [], folders: [] }
    }
    const { reader, diagnostics } = store
    if (diagnostics) return { diagnostics }
    if ((reader === undefined) !== (read.localMode !== undefined)) return { diagnostics: [otherMode] }
    // Its values never change.
    if (!reader) return { files: [], folders: [] }
    const fetched = await fetchFiles(reader, read, limited, world, log)
    const absent = fetched.absent.map(({ annotation }) => annotation).join()
    if (absent !== knownAbsent) warnOfAbsent(fetched.absent, log)
    knownAbsent = absent
    return fetched
  }
}

/** An app that has started does not lose its files to a declaration that was removed by mistake. */
const nothingDeclared: InitDiagnostic = {
  exit: exitCode.input,
  message: 'the running pod no longer declares anything',
  hint: 'restore its annotations, or delete the pod',
}

/** Values that everybody can compute never replace those of a store while the app runs. */
const otherMode: InitDiagnostic = {
  exit: exitCode.input,
  message: 'local mode cannot be turned on or off in a running pod',
  hint: 'restore its annotations, or delete the pod',
}

/**
 * What is waited for longer than until the next refresh is better asked for again by that one, which reads the annotations anew. A
 * call may always take its own time.
 */
function limitWaits(settings: InitEnv, every: number): InitEnv {
  const longest = Math.max(every, settings.requestTimeout)
  const { deadline, waitTimeout, referenceWait, deniedWait } = settings
  return {
    ...settings,
    deadline: Math.min(deadline, longest),
    waitTimeout: Math.min(waitTimeout, longest),
    referenceWait: Math.min(referenceWait, longest),
    deniedWait: Math.min(deniedWait, longest),
  }
}

type Changes = {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
}

function changesOf(before: Pod, after: Pod): Changes | undefined {
  const [old, current] = [before, after].map(
    ({ declared, composed }) =>
      new Map([...declared, ...composed].map((one) => [one.annotation, JSON.stringify(one)] as const)),
  )
  if (!old || !current) return undefined
  const changes = {
    added: [...current.keys()].filter((key) => !old.has(key)),
    removed: [...old.keys()].filter((key) => !current.has(key)),
    changed: [...current].filter(([key, one]) => old.has(key) && old.get(key) !== one).map(([key]) => key),
  }
  return Object.values(changes).every((keys) => keys.length === 0) ? undefined : changes
}
