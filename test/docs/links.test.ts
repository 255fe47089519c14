/** Every link from one page of the repository to another has a target, headings included; so has every source path in a page. */
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import t from 'tap'
import { root } from '../programs/programs.ts'
import { git } from '../programs/tools.ts'

t.test('links between pages have a target', { skip: git().missing ?? false }, async (t) => {
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

/** Paths with a placeholder or a pattern, and paths of a user's own files, do not match. */
const sourcePath = /`((?:api|functions|runtime|cli|test|scripts|bench)\/[\w./-]+)`/g

t.test('source files and folders that a page names exist', async (t) => {
  const pages = ['ARCHITECTURE.md', ...globSync('docs/**/*.md', { cwd: root })]
  let named = 0
  for (const page of pages) {
    for (const [, path = ''] of readFileSync(join(root, page), 'utf8').matchAll(sourcePath)) {
      named++
      t.ok(existsSync(join(root, path)), `${page}: ${path}`)
    }
  }
  t.ok(named > 50)
})

function proseOf(page: string): string {
  return readFileSync(join(root, page), 'utf8')
    .replaceAll(/^```[^]*?^```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''))
}

/** The anchors that GitHub generates for the headings. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
