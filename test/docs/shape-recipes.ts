/**
 * Reads the recipes of docs/shapes.md: a heading, the annotations of a pod in YAML, and a text of what is stored and what the app gets.
 *
 *     Parameter Store  /db.password  fakepassword
 *     variable         DB_PASSWORD   fakepassword
 *
 * Columns are two blanks or more apart. A value goes on in the lines that are indented to its column.
 */
import { parse } from 'yaml'

const stores = ['Parameter Store', 'Secrets Manager'] as const
/** `bytes` is a file that is no text, in hexadecimal. */
const results = ['variable', 'file', 'bytes'] as const

type Cell<Where extends string> = { readonly where: Where; readonly name: string; readonly value: string }
export type Result = Cell<(typeof results)[number]>

type Recipe = {
  readonly title: string
  readonly annotations: Readonly<Record<string, string>>
  readonly stored: readonly Cell<(typeof stores)[number]>[]
  readonly results: readonly Result[]
}

export function parseRecipes(page: string): Recipe[] {
  return page.split(/^## /m).flatMap((section): Recipe[] => {
    const [, yaml] = /^```yaml\n([^]*?)^```$/m.exec(section) ?? []
    const [, text] = fence.exec(section) ?? []
    if (yaml === undefined || text === undefined) return []
    const annotations: Readonly<Record<string, string>> = parse(yaml)
    const cells = parseCells(text)
    return [
      {
        title: section.slice(0, section.indexOf('\n')),
        annotations,
        stored: cells.flatMap((one) => withWhere(one, stores)),
        results: cells.flatMap((one) => withWhere(one, results)),
      },
    ]
  })
}

/** @param actual the results of each recipe. @returns the page with them in place of those that it shows. */
export function withResults(page: string, actual: readonly (readonly Result[])[]): string {
  const left = [...actual]
  return page.replaceAll(new RegExp(fence, 'gm'), (_whole, text: string) => {
    const stored = parseCells(text).flatMap((one) => withWhere(one, stores))
    return `\`\`\`text\n${formatCells([...stored, ...(left.shift() ?? [])])}\`\`\``
  })
}

const fence = /^```text\n([^]*?)^```$/m

function parseCells(text: string): Cell<string>[] {
  const cells: { where: string; name: string; value: string }[] = []
  let column = 0
  for (const line of text.split('\n').slice(0, -1)) {
    const [start = '', where = '', name = '', value = ''] = /^(\S.*?) {2,}(\S+) {2,}(.*)$/.exec(line) ?? []
    const last = cells.at(-1)
    if (start !== '') {
      column = line.length - value.length
      cells.push({ where, name, value })
    } else if (last && line.slice(0, column).trim() === '') last.value += `\n${line.slice(column)}`
    else throw new Error(`docs/shapes.md: a line that is neither a cell nor indented to the value: ${line}`)
  }
  return cells
}

function formatCells(cells: readonly Cell<string>[]): string {
  const width = (column: 'where' | 'name') => Math.max(...cells.map((one) => one[column].length)) + 2
  const [first, second] = [width('where'), width('name')]
  return cells
    .map(({ where, name, value }) => {
      const [line = '', ...others] = value.split('\n')
      const indented = others.map((one) => (one === '' ? '' : ' '.repeat(first + second) + one))
      return [where.padEnd(first) + name.padEnd(second) + line, ...indented, ''].join('\n')
    })
    .join('')
}

function withWhere<Where extends string>(
  { where, ...cell }: Cell<string>,
  known: readonly Where[],
): Cell<Where>[] {
  return known.filter((one) => one === where).map((one) => ({ where: one, ...cell }))
}
