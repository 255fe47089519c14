/**
 * The file from which the kubelet sets environment variables (`valueFrom.fileKeyRef`): one `KEY='value'` for each. Its parser knows single quotes alone, and no
 * escape inside them; it reads lines of limited length, drops a carriage return before a line end, and takes an empty value for a key that is not there.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/kubelet/util/env/env_util.go
 */
import { whyUnfitVariable } from '../../api/delivery/unfit-value.ts'
import type { Diagnostic } from '../../api/diagnostic.ts'
import type { SecretValue } from '../secret-value.ts'

/** Of a line without its end: the token of Go's bufio.Scanner. */
const mostLineBytes = 65_535
/** Of one `NAME=value`: Linux refuses to start a program with a longer one (MAX_ARG_STRLEN, with a NUL at its end). */
const mostVariableBytes = 131_071

/**
 * Why a variable cannot have a value, if it cannot: the message follows the name of the value, and contains nothing of it.
 *
 * @param key under which the file has it. @param name of the variable.
 */
export function validateEnvValue(key: string, name: string, value: SecretValue): Diagnostic | undefined {
  const text = value.reveal()
  const message = whyUnfitVariable(text) ?? whyTooLong(key, name, text)
  return message === undefined
    ? undefined
    : { message, hint: 'deliver it as a file: attribute file in place of env' }
}

function whyTooLong(key: string, name: string, text: string): string | undefined {
  if (hasLongLine(formatVariable(key, text))) {
    return `contains a line of more than ${mostLineBytes} bytes, which the kubelet cannot read into an environment variable`
  }
  const isLong = Buffer.byteLength(`${name}=${text}`) > mostVariableBytes
  return isLong ? 'is longer than Linux allows for an environment variable' : undefined
}

function hasLongLine(text: string): boolean {
  return text.split('\n').some((line) => Buffer.byteLength(line) > mostLineBytes)
}

/** @param entries each key once, with values that validateEnvValue has accepted. */
export function formatEnvFile(entries: Iterable<readonly [key: string, value: SecretValue]>): string {
  return [...entries]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => formatVariable(key, value.reveal()))
    .join('')
}

function formatVariable(key: string, text: string): string {
  return `${key}='${text}'\n`
}
