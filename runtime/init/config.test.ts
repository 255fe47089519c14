import type { Env } from '../../api/settings/env.ts'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { initVariables } from '../../api/settings/init-env.ts'
import { storeVariables } from '../../api/settings/store-env.ts'
import { envTable, helpText, readConfig, version } from './config.ts'

t.strictSame(
  readConfig({}),
  {
    logLevel: 'info',
    context: {},
    settings: Object.fromEntries(
      Object.entries(initVariables).map(([key, variable]) => [key, variable.default]),
    ),
    store: { kind: 'ssm' },
    diagnostics: [],
  },
  'with nothing set, everything has its default',
)

t.match(
  readConfig({
    LOG_LEVEL: 'debug',
    POD_NAME: 'app-1',
    POD_NAMESPACE: 'prod',
    KEES_STORE: 'file:/store',
    DEADLINE: '1m',
  }),
  {
    logLevel: 'debug',
    context: { pod: 'app-1', namespace: 'prod' },
    settings: { deadline: 60_000, store: { kind: 'file', folder: '/store' } },
    store: { kind: 'file', folder: '/store' },
    diagnostics: [],
  },
  'what is set is read',
)

t.match(
  readConfig({ LOG_LEVEL: '', POD_NAME: '', KEES_STORE: '' }),
  { logLevel: 'info', context: {}, store: { kind: 'ssm' }, diagnostics: [] },
  'what is empty counts as not set',
)

const bad: readonly (readonly [title: string, env: Env, diagnostics: readonly string[]])[] = [
  [
    'an unknown level',
    { LOG_LEVEL: 'loud' },
    ['LOG_LEVEL "loud" is not a level: allowed are debug, info, warn, error'],
  ],
  [
    'a file for both',
    { RESOURCES_FILE: '/secret/secret' },
    ['RESOURCES_FILE must not be the same file as SECRETS_FILE'],
  ],
  [
    'a file for both, written in two ways',
    { RESOURCES_FILE: '/secret//x/../secret' },
    ['RESOURCES_FILE must not be the same file as SECRETS_FILE'],
  ],
  [
    'a file inside the folder of the other',
    { RESOURCES_FILE: '/secret/secret/resource', FORMAT: 'files' },
    ['RESOURCES_FILE and SECRETS_FILE must not be inside each other'],
  ],
  [
    'a folder around the file of the other',
    { RESOURCES_FILE: '/secret' },
    ['RESOURCES_FILE and SECRETS_FILE must not be inside each other'],
  ],
  [
    'a signal file in place of the secrets',
    { NOTIFY_FILE: '/secret/secret' },
    ['NOTIFY_FILE must not be the same file as SECRETS_FILE'],
  ],
  [
    'a store that is none',
    { KEES_STORE: 'vault' },
    ['KEES_STORE "vault" is not a store: allowed are ssm and file:<folder>'],
  ],
  [
    'several at once',
    { FILE_MODE: '0999', SECRETS_FILE: 'secret', LOG_LEVEL: 'loud' },
    [
      'SECRETS_FILE "secret" must be an absolute path',
      'FILE_MODE "0999" must be octal, from 0400 to 0777, such as 0444',
      'LOG_LEVEL "loud" is not a level: allowed are debug, info, warn, error',
    ],
  ],
]
for (const [title, env, diagnostics] of bad) {
  const config = readConfig(env)
  t.strictSame(
    config.diagnostics.map((one) => one.message),
    diagnostics,
    title,
  )
  t.equal(config.settings, undefined, `${title}: no settings`)
}

t.test('the help names every variable with its default, and the table has no variable twice', async (t) => {
  const names = envTable().map(({ env }) => env)
  t.equal(new Set(names).size, names.length)
  for (const { env } of [...Object.values(initVariables), ...storeVariables]) t.ok(names.includes(env), env)
  for (const { env, default: byDefault } of envTable()) {
    t.ok(helpText().includes(`  ${env}${byDefault === '' ? '' : ` (${byDefault})`}\n`), `--help says ${env}`)
  }
})

t.test('the version is that of the package', async (t) => {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  t.ok(text.includes(`"version": "${version}"`))
  t.ok(helpText().includes(version))
})
