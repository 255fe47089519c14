/**
 * Stores values, each only if its parameter does not exist. Everything may be interrupted and repeated: what is stored is compared, and never changed. A
 * failure of one does not stop the others.
 */
import type { Clock } from '../../runtime/scheduling/clock.ts'
import { type Failure, failureOf, type Peer } from '../../runtime/failure.ts'
import { mapConcurrent } from '../../runtime/scheduling/map-concurrent.ts'
import { batchRefs } from '../../runtime/store/batch.ts'
import { lookUpParameters, type Standing } from '../../runtime/store/look-up-parameters.ts'
import type { ParameterStore } from '../../runtime/store/parameter-store.ts'
import { retryOneByOne } from '../../runtime/store/retry-one-by-one.ts'
import type { ImportedValue } from './plan-import.ts'

export type ImportMode = 'import' | 'dry-run' | 'check'

export type ImportedRow = { readonly parameter: string } & (
  | { readonly result: 'stored' | 'would be stored' | 'exists' | 'differs' | 'missing' }
  /** It exists, and its value may not be read. */
  | { readonly result: 'not compared'; readonly failure: Failure }
  | { readonly result: 'failed'; readonly failure: Failure }
  /** It is refused, or belongs to a part that could not be stored, or that has another value. */
  | { readonly result: 'not stored' }
)

type ImportOptions = {
  readonly mode: ImportMode
  readonly clock: Clock
  /** Called before the first value is stored. */
  readonly announce: (toStore: number, existing: number) => void
  /** Called every ten seconds at most. */
  readonly progress: (done: number, total: number) => void
}

const parallelReads = 5
const parallelUnits = 4
const progressEvery = 10_000
/** In milliseconds; about a minute in all. */
const longestWait = 32_000

/** @param units see ImportPlan. @returns a row for each value, in their order. */
export async function importValues(
  store: ParameterStore,
  units: readonly (readonly ImportedValue[])[],
  { mode, clock, announce, progress }: ImportOptions,
): Promise<readonly ImportedRow[]> {
  const all = units.flat()
  const standings = await lookUpParameters(
    store,
    all.map(({ parameter }) => ({ name: parameter })),
  )
  const existing = all.filter(({ parameter }) => standings.get(parameter) === 'exists')
  const compared = await compareAll(store, existing)
  const missing = all.filter(({ parameter }) => standings.get(parameter) === 'missing')
  if (mode !== 'check' && missing.length > 0) announce(missing.length, existing.length)

  let ended: Failure | undefined
  const settle = async (one: ImportedValue): Promise<ImportedRow> => {
    const { parameter } = one
    const standing: Standing | undefined = standings.get(parameter)
    if (standing === 'exists') return compared.get(parameter) ?? { parameter, result: 'differs' }
    if (standing !== 'missing') return failedRow(parameter, standing)
    if (mode === 'check') return { parameter, result: 'missing' }
    if (mode === 'dry-run') return { parameter, result: 'would be stored' }
    if (ended) return failedRow(parameter, ended)
    const row = await storeWithRetries(store, one, clock)
    if (row.result === 'failed' && endsAll.has(row.failure.code)) ended = row.failure
    return row
  }

  let [done, reportedAt] = [0, clock.now()]
  const rows = await mapConcurrent(units, parallelUnits, async (unit) => {
    const settled: ImportedRow[] = []
    for (const one of unit) {
      const isHeldBack = settled.some(({ result }) => !isThere.has(result))
      settled.push(isHeldBack ? { parameter: one.parameter, result: 'not stored' } : await settle(one))
    }
    done += unit.length
    if (clock.now() - reportedAt >= progressEvery) {
      reportedAt = clock.now()
      progress(done, all.length)
    }
    return settled
  })
  return rows.flat()
}

/** The store answers all that follow in the same way, some of them after a long wait. */
const endsAll: ReadonlySet<Failure['code']> = new Set([
  'CREDENTIALS_MISSING',
  'CREDENTIALS_REFUSED',
  'UNREACHABLE',
])

/** Parts that follow may be stored. In a check, all are compared. */
const isThere: ReadonlySet<ImportedRow['result']> = new Set([
  'stored',
  'would be stored',
  'exists',
  'missing',
])

function failedRow(parameter: string, failure: Failure | undefined): ImportedRow {
  if (failure === undefined) throw new TypeError(`${parameter} was not looked up`)
  return { parameter, result: 'failed', failure }
}

/** Others write to the account too: what the store throttles is tried again. */
async function storeWithRetries(
  store: ParameterStore,
  one: ImportedValue,
  clock: Clock,
): Promise<ImportedRow> {
  const { parameter, value } = one
  for (let wait = 1000; ; wait *= 2) {
    try {
      const { outcome } = await store.create(parameter, value, { description: 'Stored by kees import.' })
      if (outcome === 'created') return { parameter, result: 'stored' }
      // Since the look-up by another process, or by a first attempt whose response was lost.
      return (await compareAll(store, [one])).get(parameter) ?? { parameter, result: 'differs' }
    } catch (error) {
      const failure = failureOf(error)
      if (failure === undefined) throw error
      if (failure.code !== 'THROTTLED' || wait > longestWait) return { parameter, result: 'failed', failure }
      await clock.sleep(wait)
    }
  }
}

/** @param existing that exist. @returns a row for each, by the parameter. */
async function compareAll(
  store: ParameterStore,
  existing: readonly ImportedValue[],
): Promise<ReadonlyMap<string, ImportedRow>> {
  const values = new Map(existing.map(({ parameter, value }) => [parameter, value.reveal()]))
  const rows = new Map<string, ImportedRow>()
  await mapConcurrent(
    batchRefs(existing.map(({ parameter }) => ({ name: parameter }))),
    parallelReads,
    async (refs) => {
      const parameters = refs.map(({ name }) => ({ name }))
      await retryOneByOne(
        parameters,
        async (asked) => {
          const { found } = await store.get(asked)
          for (const { ref, value } of found) {
            const isSame = values.get(ref.name) === value.reveal()
            rows.set(ref.name, { parameter: ref.name, result: isSame ? 'exists' : 'differs' })
          }
          // A read may not see what was stored a moment ago.
          for (const { name } of asked) if (!rows.has(name)) rows.set(name, notRead(name, store.peer()))
        },
        ({ name }, failure) => {
          const result = failure.code === 'ACCESS_DENIED' ? 'not compared' : 'failed'
          rows.set(name, { parameter: name, result, failure })
        },
      )
    },
  )
  return rows
}

function notRead(parameter: string, peer: Peer): ImportedRow {
  const message = 'the store says that it exists, and does not return it'
  return {
    parameter,
    result: 'failed',
    failure: { code: 'BAD_ANSWER', message, hint: 'run the command again', ...peer },
  }
}
