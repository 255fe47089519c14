/** Every link from one page of the repository to another leads somewhere, headings included. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import t from 'tap'
import { root } from '../programs/programs.ts'
import { git } from '../programs/tools.ts'

t.test('links between pages lead somewhere', { skip: git().missing ?? false }, async (t) => {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  })
  const pages = listed.split('\n').filter((page) => page !== '' && existsSync(join(root, page)))
  t.ok(pages.length > 30)
  for (const page of pages) {
    for (const [, target = ''] of proseOf(page).matchAll(/\]\(([^()\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? join(root, page) : join(root, dirname(page), path)
      t.ok(existsSync(file), `${page}: ${target}`)
      if (anchor === undefined || !existsSync(file)) continue
      t.ok(anchorsOf(relative(root, file)).includes(anchor), `${page}: the heading of ${target}`)
    }
  }
})

function proseOf(page: string): string {
  return readFileSync(join(root, page), 'utf8')
    .replaceAll(/^```[^]*?^```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''))
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
