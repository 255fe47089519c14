/** Reads the commands from a page, so that a test runs what a reader runs. */

type ReadmeBlock =
  /** A script that writes files, and whose output the page does not show. */
  | { readonly type: 'script'; readonly text: string }
  /** Commands with their output. Both streams are in the order in which a terminal shows them. */
  | {
      readonly type: 'session'
      readonly commands: readonly { readonly command: string; readonly shown: string }[]
    }

/** Reads the blocks that are fenced as `sh`, and as `console` with `$ ` before each command. */
export function parseReadmeBlocks(readme: string): ReadmeBlock[] {
  return [...readme.matchAll(fence)].map(([, language, text = '']) =>
    language === 'sh' ? { type: 'script', text } : { type: 'session', commands: parseSession(text) },
  )
}

/** @returns the page with the given outputs of its sessions, command by command, in place of those that it shows. */
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
