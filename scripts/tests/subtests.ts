type Subtest = {
  readonly name: string
  /** From its beginning to that of the next: its TAP, and what its tests printed themselves. */
  readonly text: string
  /** Undefined where there is no result: the process ended in the middle of it. */
  readonly passed: boolean | undefined
}

/** The subtests of a process, in the order in which they began. */
export function splitSubtests(output: string): readonly Subtest[] {
  const [, ...parts] = output.split(/^# Subtest: /m)
  return parts.map((part) => {
    const [name = '', ...lines] = part.split('\n')
    const results = lines.filter((line) => /^(not )?ok \d+ - /.test(line))
    const isDone = results.some((line) => line.includes(` - ${name}`))
    // After the result of the file there may be that of an error outside its tests, or of what it left behind.
    const passed = isDone ? results.every((line) => line.startsWith('ok')) : undefined
    return { name, text: `# Subtest: ${part}`, passed }
  })
}

/** Without the tests that passed, and without tap's diagnostics of the statement that runs a file. */
export function onlyFailures(text: string): string {
  const [heading = '', ...lines] = text.split('\n')
  const isFile = heading.startsWith('# Subtest: ')
  const end = isFile ? lines.findIndex((line) => line.startsWith('not ok ')) : -1
  const shown = lines.filter(
    (line, index) =>
      !/^ *(ok \d+|# Subtest: |\d+\.\.\d+|$)/.test(line) &&
      !(end >= 0 && index > end && line.startsWith('  ')),
  )
  return `${[heading, ...shown].join('\n')}\n`
}
