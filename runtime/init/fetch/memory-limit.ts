/**
 * What init can hold within the memory limit of its container. The kernel would kill it without a message (exit code 137), so it
 * refuses by name first. Measured with bench/init-memory.ts, whose table is in docs/performance.md.
 */
import { exitCode } from '../../../api/exit-code.ts'
import { failed } from '../../failure.ts'
import type { ParameterReader } from '../../store/parameter-store.ts'
import type { InitDiagnostic } from './report.ts'

const mebibyte = 2 ** 20

/** Of a program that holds nothing. The startup probe of a sidecar is a second one in the same container. */
const base = { once: 16 * mebibyte, refresh: 32 * mebibyte }
/** For each byte of a value: the response, its text, the content of the file, the file itself if it is in memory. */
const perByte = 10

/** In bytes. */
export type Memory = {
  /** Of the container. */
  readonly limit: number
  /** What the values may take. */
  readonly most: number
}

/** @param limit of the container, in bytes; 0 where there is none. */
export function memoryWithin(limit: number, mode: keyof typeof base): Memory {
  const most = limit === 0 ? Infinity : Math.max(0, Math.floor((limit - base[mode]) / perByte))
  return { limit, most }
}

/** A reader that gives no more values once they take more than so many bytes. */
export function limitBytes(
  reader: ParameterReader,
  { most }: Memory,
): { readonly reader: ParameterReader; readonly isExceeded: () => boolean } {
  let bytes = 0
  const isExceeded = () => bytes > most
  const refuse = (): void => {
    if (isExceeded()) throw failed({ code: 'ABANDONED', message: 'the values exceed the memory limit' })
  }
  return {
    isExceeded,
    reader: {
      ...reader,
      get: async (refs) => {
        refuse()
        const answer = await reader.get(refs)
        for (const { value } of answer.found) bytes += Buffer.byteLength(value.reveal())
        refuse()
        return answer
      },
    },
  }
}

export function memoryDiagnostic({ most, limit }: Memory): InitDiagnostic {
  const inMebibytes = (bytes: number) => `${(bytes / mebibyte).toFixed(1)} MiB`
  return {
    exit: exitCode.usage,
    message:
      `the values take more than ${inMebibytes(most)}, which is what init can hold within the memory limit of its container, ` +
      inMebibytes(limit),
    hint: 'raise limits.memory in option containerResources of inject-init, or declare fewer values',
    fields: { code: 'MEMORY_LIMIT' },
  }
}
