/** The rules of readers of dotenv files that the tests do not run: one variable of one line. Our own reading of their documentation. */

type Variable = readonly [name: string, value: string]

/**
 * `docker run --env-file`: everything after the first equals sign; no quotes, no escapes, no comment behind a value.
 * https://docs.docker.com/reference/cli/docker/container/run/#env
 */
export function dockerReads(line: string): Variable | undefined {
  const text = line.trimStart()
  const equals = text.indexOf('=')
  return text.startsWith('#') || equals < 0 ? undefined : [text.slice(0, equals), text.slice(equals + 1)]
}

/**
 * systemd's EnvironmentFile=: quotes around all or a part of a value; a backslash is an escape outside of quotes, and in double
 * quotes before `"`, `\`, `` ` `` and `$`; nothing is expanded.
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
 */
export function systemdReads(line: string): Variable | undefined {
  const equals = line.indexOf('=')
  if (/^\s*[#;]/.test(line) || equals < 0) return undefined
  const parts = line
    .slice(equals + 1)
    .trim()
    .matchAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\]+)/gs)
  const values = [...parts].map(
    ([, single, double, escaped, plain]) =>
      single ?? double?.replace(/\\(["\\`$])/g, '$1') ?? escaped ?? plain ?? '',
  )
  return [line.slice(0, equals).trim(), values.join('')]
}
