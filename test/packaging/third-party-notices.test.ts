import t from 'tap'
import { thirdPartyNotices } from '../../scripts/licences/third-party-notices.ts'

const files: Readonly<Record<string, string>> = {
  'node_modules/a/package.json': '{"name":"a","version":"1.0.0","license":"MIT"}',
  'node_modules/a/LICENSE': 'MIT, “by” A\n',
  'node_modules/@s/b/package.json': '{"name":"@s/b","version":"2.0.0","license":"MIT"}',
  'node_modules/@s/b/License.md': 'MIT, “by” A',
  'node_modules/a/node_modules/c/package.json': '{"name":"c","version":"3.0.0","license":"ISC"}',
  'node_modules/a/node_modules/c/LICENCE.txt': '/* ISC */ by C',
  'node_modules/d/package.json': '{"name":"d","version":"4.0.0","license":"Apache-2.0"}',
  'node_modules/e/package.json': '{"name":"e"}',
}
const list = (folder: string) =>
  Object.keys(files)
    .filter((path) => path.startsWith(`${folder}/`))
    .map((path) => path.slice(folder.length + 1))
const read = (path: string) => files[path] ?? ''
const notices = (...inputs: readonly string[]) => thirdPartyNotices(inputs, list, read)

t.test('the licence of every package is included once, in a valid comment', (t) => {
  t.equal(
    notices(
      'api/a.ts',
      'node_modules/a/index.js',
      'node_modules/a/other.js',
      'node_modules/@s/b/lib/index.js',
      'node_modules/a/node_modules/c/index.js',
    ),
    `/*
Third-party software in this file:

@s/b 2.0.0, a 1.0.0:

MIT, "by" A

c 3.0.0:

/* ISC * / by C
*/
`,
  )
  t.end()
})

t.test('a package without a licence file is named with its licence', (t) => {
  t.match(
    notices('node_modules/d/index.js'),
    'd 4.0.0:\n\nLicence Apache-2.0; the package contains no licence text.',
  )
  t.end()
})

t.test('a package without a licence is an error', (t) => {
  t.throws(() => notices('node_modules/e/index.js'), /package.json of e names no version or licence/)
  t.end()
})

t.test('a bundle without third-party packages has no notice', (t) => {
  t.equal(notices('api/a.ts', 'cli/main.ts'), '')
  t.end()
})
