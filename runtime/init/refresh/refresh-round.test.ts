import { rmSync, writeFileSync } from 'node:fs'
import { noSecrets, readBoth } from '../../store/both-services.ts'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { type Annotation, parsePodAnnotations } from '../../../api/pod/pod-annotations.ts'
import { formatAnnotationsFile } from '../../../api/pod/annotations-file.ts'
import { decodeInitEnv } from '../../../api/settings/init-env.ts'
import { type ScriptedAnswer, scriptedStore, virtualClock } from '../../fixtures.ts'
import { openLog } from '../../log.ts'
import { memoryWithin } from '../fetch/memory-limit.ts'
import { type OpenedStore, openRound } from './refresh-round.ts'
import { writeFiles } from '../files/write-files.ts'

const a: Annotation = ['secret.bsycorp.com/a', 'kind=REFERENCE,type=PASSWORD']
const b: Annotation = ['secret.bsycorp.com/b', 'kind=REFERENCE,type=PASSWORD']
const invalid: Annotation = ['secret.bsycorp.com/b', 'kind=STATIC']

/** A pod that has its first files, of declaration a. */
function makePod(
  t: Test,
  {
    every = 300_000,
    env = {},
    limit = 0,
    store: opened,
  }: { every?: number; env?: Record<string, string>; limit?: number; store?: OpenedStore } = {},
) {
  const folder = t.testdir({ secret: {} })
  const annotationsFile = join(folder, 'annotations')
  const secretsFile = join(folder, 'secret/secret')
  const { settings } = {
    settings: undefined,
    ...decodeInitEnv({
      ANNOTATIONS_FILE: annotationsFile,
      SECRETS_FILE: secretsFile,
      RESOURCES_FILE: join(folder, 'secret/resource'),
      ...env,
    }),
  }
  if (settings === undefined) throw new Error('the test is wrong')
  const clock = virtualClock()
  const said: Record<string, ScriptedAnswer> = { '/a': { value: '1' } }
  const { store } = scriptedStore(clock, (parameter) => said[parameter] ?? 'missing')
  const lines: unknown[] = []
  const log = openLog('info', (line) => lines.push(JSON.parse(line)))
  const pod = parsePodAnnotations([a], 'bsycorp.com')
  const round = openRound({
    every,
    settings,
    pod,
    store: opened ?? { reader: readBoth(store, noSecrets) },
    log,
    clock,
    random: () => 0.5,
    memory: memoryWithin(limit, 'refresh'),
  })
  const declare = (...annotations: Annotation[]) =>
    writeFileSync(annotationsFile, formatAnnotationsFile(annotations))
  const write = () => writeFiles([{ path: secretsFile, content: 'a=1\n' }], 0o444, new Date())
  declare(a)
  return { round, declare, write, said, lines, clock, annotationsFile, secretsFile }
}

t.test('what is declared anew is delivered with the rest, and reported once', async (t) => {
  const { round, declare, said, lines, secretsFile } = makePod(t)
  t.match(await round(), { files: [{ path: secretsFile, content: 'a=1\n' }] })
  t.strictSame(lines, [])
  declare(a, b)
  said['/b'] = { value: '2' }
  for (const _ of [1, 2]) t.match(await round(), { files: [{ path: secretsFile, content: 'a=1\nb=2\n' }] })
  declare([a[0], `${a[1]},foo=bar`])
  await round()
  t.match(lines, [
    { level: 'warn', message: /have changed/, added: ['secret.bsycorp.com/b'], removed: [], changed: [] },
    { level: 'warn', message: /have changed/, removed: ['secret.bsycorp.com/b'] },
    { level: 'warn', code: 'UNKNOWN_ATTRIBUTE' },
  ])
})

t.test('what is absent is reported when it changes, and comes once it exists', async (t) => {
  const { round, declare, said, lines, secretsFile } = makePod(t, {
    env: { ENV_FILE: '/env/env', REFERENCE_WAIT: '0s' },
  })
  declare(
    a,
    ['secret.bsycorp.com/c', 'kind=REFERENCE,type=TEXT,optional=true,env=C,label=old'],
    ['compose.bsycorp.com/d', 'file=d,text=<$(a:xml)$(c:xml)>'],
  )
  const absent = { path: '/env/env', content: '', mode: 0o400 }
  for (const _ of [1, 2])
    t.match(await round(), {
      files: [{ path: secretsFile }, absent],
      folders: ['/env', dirname(secretsFile)],
    })
  t.match(lines, [
    { level: 'warn', message: /have changed/ },
    {
      level: 'warn',
      message: /^an optional value .* is left out$/,
      annotation: 'secret.bsycorp.com/c',
      parameter: '/c:old',
    },
    {
      level: 'warn',
      message: /^a composition is left out/,
      annotation: 'compose.bsycorp.com/d',
      absent: ['secret.bsycorp.com/c'],
    },
  ])
  t.equal(lines.length, 3)
  said['/c:old'] = { value: 'now' }
  t.match(await round(), {
    files: [
      { path: secretsFile },
      { path: join(dirname(secretsFile), 'd') },
      { ...absent, content: "secret.c='now'\n" },
    ],
  })
  t.equal(lines.length, 3)
})

t.test(
  'a new declaration whose parameter is missing fails the whole refresh, until it is stored',
  async (t) => {
    const { round, declare, said, secretsFile } = makePod(t)
    declare(a, b)
    said['/a'] = { value: 'new' }
    t.match(await round(), { diagnostics: [{ exit: 3, message: /parameter \/b does not exist/ }] })
    said['/b'] = { value: '2' }
    t.match(await round(), { files: [{ path: secretsFile, content: 'a=new\nb=2\n' }] })
  },
)

const wrong: readonly (readonly [
  title: string,
  declare: (pod: ReturnType<typeof makePod>) => void,
  diagnostic: object,
])[] = [
  [
    'an invalid declaration',
    ({ declare }) => declare(a, invalid),
    { exit: 1, message: /^annotation .*\/b: kind/ },
  ],
  [
    'a file of annotations that is not there',
    ({ annotationsFile }) => rmSync(annotationsFile),
    { exit: 2, message: /cannot be read/ },
  ],
  ['no declaration at all', ({ declare }) => declare(), { exit: 1, message: /no longer declares anything/ }],
]
for (const [title, change, diagnostic] of wrong) {
  t.test(`${title} fails the refresh, and the next is well when it is corrected`, async (t) => {
    const pod = makePod(t)
    await pod.write()
    change(pod)
    for (const _ of [1, 2]) t.match(await pod.round(), { diagnostics: [diagnostic] })
    pod.declare(a)
    t.match(await pod.round(), { files: [{ content: 'a=1\n' }] })
  })
}

t.test('a pod that never declared anything has nothing to refresh', async (t) => {
  const { round, declare } = makePod(t)
  declare()
  t.match(await round(), { files: [] })
})

t.test('no wait is longer than the time until the next refresh', async (t) => {
  for (const [every, took] of [
    [6000, 6000],
    [1000, 5000],
    [300_000, 10_000],
  ] as const) {
    const { round, declare, clock } = makePod(t, { every })
    declare(a, b)
    t.match(await round(), { diagnostics: [{ exit: 3 }] })
    t.equal(clock.now(), took, `every ${every} ms`)
  }
})

t.test('values that have become too large for the memory limit fail the refresh', async (t) => {
  const { round, said } = makePod(t, { limit: 33 * 2 ** 20 })
  t.match(await round(), { files: [{ content: 'a=1\n' }] })
  said['/a'] = { value: 'x'.repeat(200_000) }
  t.match(await round(), { diagnostics: [{ exit: 2, fields: { code: 'MEMORY_LIMIT' } }] })
})

t.test('in local mode a refresh changes nothing, and no refresh turns local mode on or off', async (t) => {
  const local: Annotation = ['init.bsycorp.com/local-mode', 'true']
  const { round, declare } = makePod(t, { store: { isLocal: true } })
  declare(a, local)
  t.strictSame(await round(), { files: [], folders: [] })
  const cannot = {
    diagnostics: [{ exit: 1, message: 'local mode cannot be turned on or off in a running pod' }],
  }
  declare(a)
  t.match(await round(), cannot)
  const stored = makePod(t)
  stored.declare(a, local)
  t.match(await stored.round(), cannot)
})
