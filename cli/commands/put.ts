import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { about, type Diagnostic, quote } from '../../api/diagnostic.ts'
import { invalid } from '../../api/parsed.ts'
import { parseParameterName } from '../../api/declaration/parameter-name.ts'
import { errorsOf, judge, type Result } from '../../functions/krm/result.ts'
import { parseWorkloadConfig, workloadOptions } from '../../functions/workload/workload-options.ts'
import { readWorkloads, type Workload } from '../../functions/workload/workload.ts'
import { exitCodeOf, failureOf } from '../../runtime/failure.ts'
import type { ParameterStore } from '../../runtime/store/parameter-store.ts'
import { type SecretValue, secretValue } from '../../runtime/secret-value.ts'
import { checkValue } from '../check-value.ts'
import { type Command, type Io, isOn } from '../flags/command.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { printFailures } from '../print/print-failures.ts'
import { printResults } from '../print-results.ts'
import { readSharedFlags, sharedFlags } from '../flags/function-flags.ts'
import { type Manifest, manifestFlags, readManifests } from '../read-manifests.ts'
import { openStoreFlag, storeFlags } from '../flags/store-flag.ts'

/** Of a SecureString in the advanced tier, in bytes. */
const maxValueSize = 8192

/** Longer ones are refused without being read, in bytes. */
const largestInput = 1024 * 1024

export const putCommand: Command = {
  name: 'put',
  usage: 'NAME [--overwrite] [--dry-run] [-f FILE] [--store STORE] [OPTION ...] < VALUE',
  purpose: 'Stores the value of a REFERENCE from standard input, without the last line end.',
  details:
    'It replaces an existing value only with --overwrite. With -f it first checks that the workloads which read the parameter can use the value: ' +
    'that it has the JSON members that they name, is base64, or fits into an environment variable.',
  examples: [
    [
      'Store a password below the storage-prefix of the pods that read it',
      'kees put /prod/db.password < password.txt',
    ],
    ['Replace it', 'kees put /prod/db.password --overwrite < password.txt'],
    [
      'Check first that the workloads of a manifest can use it',
      'kees put db.password --overwrite -f manifest.yaml < password.txt',
    ],
  ],
  flags: {
    'dry-run': { meaning: 'check the value and whether the parameter exists, and store nothing' },
    overwrite: { meaning: 'replace the parameter if it exists' },
    ...manifestFlags,
    filename: {
      ...manifestFlags['filename'],
      takes: 'FILE',
      meaning: 'a manifest, or a folder of manifests, whose workloads read the parameter',
    },
    ...sharedFlags(workloadOptions),
    ...storeFlags,
  },
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const [operand, ...more] = parsed.operands
  const diagnostics: Diagnostic[] = []
  if (operand === undefined) diagnostics.push({ message: 'the name of the parameter is missing' })
  if (more.length > 0)
    diagnostics.push({ message: 'only one name can be given: the value comes from standard input' })
  const name = nameFrom(operand ?? '')
  if (operand !== undefined) {
    const wrong = about(`the name ${quote(operand)}`, name.diagnostics ?? [])
    diagnostics.push(...wrong.map((one) => ({ ...hintOfSecret(operand), ...one })))
  }
  const { store, diagnostics: storeDiagnostics } = await openStoreFlag(parsed, io, 'write')
  if (storeDiagnostics) diagnostics.push(...storeDiagnostics)
  const { value, results = [] } = await readValue(io)
  const readers = await readReaders(parsed, io)
  diagnostics.push(...readers.diagnostics)
  const checked =
    readers.workloads && name.value !== undefined && value !== undefined
      ? await checkValue(readers.workloads, name.value, value)
      : []
  const all = [...errorsOf(diagnostics, exitCode.usage), ...results, ...readers.results, ...checked]
  const exit = printResults(all, io, readers.manifests)
  if (exit !== exitCode.done || !store || name.value === undefined || value === undefined) return exit
  try {
    const overwrite = isOn(parsed, 'overwrite')
    if (isOn(parsed, 'dry-run')) {
      const isThere = (await store.exists([name.value])).has(name.value)
      if (overwrite || !isThere) {
        io.out(`${name.value} would be ${isThere ? 'replaced' : 'stored'}\n`)
        return exitCode.done
      }
    } else if (await put(store, name.value, value, overwrite)) {
      io.out(`${name.value} stored\n`)
      return exitCode.done
    }
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    printFailures([{ parameters: [name.value], failure }], io)
    return exitCodeOf(failure)
  }
  const message = `${name.value} exists already: nothing was stored`
  return printResults(errorsOf([{ message, hint: 'replace it by --overwrite' }], exitCode.input), io)
}

type Readers = {
  /** Undefined where no manifests are named. */
  readonly workloads?: readonly Workload[]
  readonly manifests: readonly Manifest[]
  readonly results: readonly Result[]
  readonly diagnostics: readonly Diagnostic[]
}

/** The workloads of the manifests, which may read the parameter. */
async function readReaders(parsed: ParsedFlags, io: Io): Promise<Readers> {
  const { diagnostics: flagDiagnostics, ...options } = await readSharedFlags(workloadOptions, parsed)
  const { config, diagnostics: optionDiagnostics } = parseWorkloadConfig(options)
  const diagnostics = [...flagDiagnostics, ...optionDiagnostics]
  const files = parsed.values.get('filename') ?? []
  if (files.includes('-')) diagnostics.push({ message: 'standard input has the value: flag -f takes a file' })
  if (files.length === 0 || files.includes('-')) return { manifests: [], results: [], diagnostics }
  const { manifests, results } = await readManifests(parsed, io)
  const items = manifests.flatMap((manifest) => manifest.items)
  const read = readWorkloads(items, config)
  return {
    workloads: read.workloads,
    manifests,
    results: [...results, ...judge(read.results, config.strict)],
    diagnostics,
  }
}

/** @returns whether the store has the value now; false if it has another value, which is kept. */
async function put(store: ParameterStore, name: string, value: SecretValue, overwrite: boolean) {
  if (overwrite) {
    await store.replace(name, value)
    return true
  }
  const created = await store.create(name, value, { description: 'Stored by kees put.' })
  if (created.outcome === 'created') return true
  return created.attempts > 1 && (await holds(store, name, value))
}

/** Whether the store has this value, for example because the response to a first attempt was lost. */
async function holds(store: ParameterStore, name: string, value: SecretValue): Promise<boolean> {
  const { found } = await store.get([{ name }])
  return found.some((one) => one.value.reveal() === value.reveal())
}

function nameFrom(operand: string) {
  return parseParameterName(operand.startsWith('/') ? operand : `/${operand}`)
}

/** For the name of a secret of AWS Secrets Manager, as messages and AWS write it: kees stores none. */
function hintOfSecret(operand: string): Pick<Diagnostic, 'hint'> {
  const isOfSecret = operand.startsWith('secretsmanager:') || /^[\w/.-]*[!@+=][\w/.!@+=-]*$/.test(operand)
  return isOfSecret
    ? { hint: 'store a secret of AWS Secrets Manager with aws secretsmanager put-secret-value' }
    : {}
}

/** The value, or its errors, which do not quote it. */
async function readValue(
  io: Io,
): Promise<{ readonly value?: SecretValue; readonly results?: readonly Result[] }> {
  const terminal = invalid(
    'the value is read from standard input, which is a terminal',
    'kees put NAME < FILE',
  )
  const { value: bytes, diagnostics } = (await io.readStdin({ largest: largestInput })) ?? terminal
  if (diagnostics !== undefined) return { results: errorsOf(diagnostics, exitCode.usage) }
  const wrong = (message: string) => ({
    results: errorsOf([{ message: `the value on standard input ${message}` }], exitCode.input),
  })
  const text = bytes.toString()
  if (!Buffer.from(text).equals(bytes)) return wrong('is not UTF-8 text')
  // PowerShell puts one before what it pipes. No app expects it in a password.
  if (text.startsWith('\ufeff')) return wrong('begins with a byte order mark')
  const value = text.replace(/\r?\n$/, '')
  if (value === '') return wrong('is empty')
  const size = Buffer.byteLength(value)
  return size > maxValueSize
    ? wrong(`has ${size} bytes, SSM allows at most ${maxValueSize}`)
    : { value: secretValue(value) }
}
