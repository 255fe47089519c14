import { dirname } from 'node:path'
import { pathIn } from '../../files/path-in.ts'
import type { SecretsFormat } from '../../../api/secrets-format.ts'
import { type Delivery, deliveryOf, sortOf } from '../../../api/pod/delivery.ts'
import type { Diagnostic } from '../../../api/diagnostic.ts'
import type { DeliveredValue } from '../../values/delivered-value.ts'
import { formatEnvFile, validateEnvValue } from '../../values/env-file.ts'
import type { SecretValue } from '../../secret-value.ts'
import { type Delivered, wrongValue } from '../fetch/delivered.ts'
import type { Bytes, Content, NewFile } from './file-tree.ts'
import { formatValues, refusedBy } from './format-values.ts'
import { outputFolders, type OutputSettings } from './output-folders.ts'
import type { InitDiagnostic } from '../fetch/report.ts'

export type WrittenOutput = {
  readonly files: readonly NewFile[]
  /** That appear as a whole, in this order. */
  readonly folders: readonly string[]
}

export type OutputFiles =
  | (WrittenOutput & { readonly diagnostics?: never })
  | { readonly files?: never; readonly diagnostics: readonly InitDiagnostic[] }

type EnvDelivery = Extract<Delivery, { readonly to: 'env' }>

/** Only for the container's user and the kubelet, which is root. */
const envFileMode = 0o400

/**
 * A file for each sort of declaration that is delivered as lines, a folder in the format files; a file for each that has its own; and the file of the
 * variables. Where all values of a file are absent, it is there and empty.
 *
 * @param envKey under which the file of the variables has a value.
 */
export function outputFiles(
  values: readonly Delivered[],
  settings: OutputSettings,
  envKey: (delivery: EnvDelivery) => string = ({ key }) => key,
): OutputFiles {
  const diagnostics = values.flatMap((one): InitDiagnostic[] => {
    const wrong = one.value && validateDelivery(deliveryOf(one.declaration), one.value, settings)
    return wrong ? [wrongValue(one, wrong)] : []
  })
  if (diagnostics.length > 0) return { diagnostics }
  const files = [
    ...linesOf(values, settings),
    ...ownFiles(values, settings),
    ...envFiles(values, settings, envKey),
  ]
  return { files, folders: outputFolders(values, settings) }
}

/** The message follows the name of the value. */
function validateDelivery(
  delivery: Delivery,
  value: DeliveredValue,
  { format }: OutputSettings,
): Diagnostic | undefined {
  if (delivery.to === 'line') return validateLine(value, format)
  if (delivery.to === 'none') return undefined
  if (delivery.to === 'file')
    return value.text?.reveal().isWellFormed() === false ? { message: 'is not Unicode text' } : undefined
  if (value.text === undefined)
    return {
      message: `${value.notText}, so it cannot be a variable`,
      hint: 'deliver it as a file: attribute file',
    }
  return validateEnvValue(delivery.key, delivery.name, value.text)
}

function validateLine(value: DeliveredValue, format: SecretsFormat): Diagnostic | undefined {
  if (value.text !== undefined) {
    const wrong = refusedBy(format, value.text)
    return wrong === undefined
      ? undefined
      : { message: wrong, hint: 'choose another format, or store another value' }
  }
  if (format === 'files') return undefined
  const message = `${value.notText}, which the format ${format} cannot represent`
  return { message, hint: 'deliver it as a file: attribute file' }
}

function linesOf(values: readonly Delivered[], { format, ...paths }: OutputSettings): readonly NewFile[] {
  const sorts = [
    ['secret', paths.secretsFile],
    ['resource', paths.resourcesFile],
  ] as const
  return sorts.flatMap(([sort, path]): NewFile[] => {
    const own = values.filter(
      ({ declaration }) => deliveryOf(declaration).to === 'line' && sortOf(declaration) === sort,
    )
    return own.length === 0 ? [] : [{ path, content: contentOf(own, format) }]
  })
}

function contentOf(values: readonly Delivered[], format: SecretsFormat): Content {
  const texts: (readonly [string, SecretValue])[] = []
  const binaries: (readonly [string, Bytes])[] = []
  for (const { declaration, value } of values) {
    if (value?.text) texts.push([declaration.name, value.text])
    else if (value) binaries.push([declaration.name, bytesOf(value)])
  }
  const content = formatValues(format, texts)
  return content instanceof Map ? new Map([...content, ...binaries]) : content
}

function ownFiles(values: readonly Delivered[], { secretsFile }: OutputSettings): readonly NewFile[] {
  const folder = dirname(secretsFile)
  return values.flatMap(({ declaration, value }): NewFile[] => {
    const delivery = deliveryOf(declaration)
    if (delivery.to !== 'file' || !value) return []
    return [{ path: pathIn(folder, delivery.path), content: bytesOf(value), mode: delivery.mode, folder }]
  })
}

function envFiles(
  values: readonly Delivered[],
  { envFile }: OutputSettings,
  envKey: (delivery: EnvDelivery) => string,
): readonly NewFile[] {
  let isDeclared = false
  const entries: (readonly [string, SecretValue])[] = []
  for (const { declaration, value } of values) {
    const delivery = deliveryOf(declaration)
    if (delivery.to !== 'env') continue
    isDeclared = true
    if (value?.text) entries.push([envKey(delivery), value.text])
  }
  return isDeclared ? [{ path: envFile, content: formatEnvFile(entries), mode: envFileMode }] : []
}

function bytesOf({ text, bytes }: DeliveredValue): Bytes {
  return text === undefined ? bytes.revealBytes() : text.reveal()
}
