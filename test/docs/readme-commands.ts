/** The commands in a README.md, so that a test runs what a reader runs. */

export type ReadmeBlock =
  /** A script whose output is not shown: it writes files. */
  | { readonly type: 'script'; readonly text: string }
  /** Commands with what they print, in the order of the two streams as a terminal shows them. */
  | {
      readonly type: 'session'
      readonly commands: readonly { readonly command: string; readonly shown: string }[]
    }

/** Blocks fenced as `sh` and, with `$ ` before each command, as `console`. */
export function parseReadmeBlocks(readme: string): ReadmeBlock[] {
  return [...readme.matchAll(fence)].map(([, language, text = '']) =>
    language === 'sh' ? { type: 'script', text } : { type: 'session', commands: parseSession(text) },
  )
}

/** The README with the outputs of its sessions, command by command, in the place of what it shows. */
export function withOutputs(readme: string, outputs: readonly string[]): string {
  const left = [...outputs]
  return readme.replaceAll(fence, (whole: string, language: string, text: string) => {
    if (language === 'sh') return whole
    const commands = parseSession(text).map(({ command }) => `$ ${command}\n${left.shift() ?? ''}`)
    return `\`\`\`console\n${commands.join('')}\`\`\``
  })
}

const fence = /^```(sh|console)\n([^]*?)^```$/gm

function parseSession(text: string) {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n')
      return { command: part.slice(0, end), shown: part.slice(end + 1) }
    })
}
