/**
 * Each environment variable that init reads is a setting of the contract, is guarded, or is one of which any value is harmless. A new
 * one has to be put into one of the three: what `kees verify` and the admission policy refuse depends on it.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { guardedVariables } from '../../api/settings/guarded-env.ts'
import { initVariables } from '../../api/settings/init-env.ts'
import { root } from '../programs/programs.ts'

const harmless = new Map([
  ['AWS_REGION', 'a region of AWS: its name is validated'],
  ['AWS_DEFAULT_REGION', 'likewise'],
  ['AWS_USE_DUALSTACK_ENDPOINT', 'another endpoint of AWS'],
  ['AWS_USE_FIPS_ENDPOINT', 'another endpoint of AWS'],
  ['AWS_EC2_METADATA_DISABLED', 'a source of credentials less'],
  ['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE', 'the other address of the same service'],
  ['AWS_ROLE_SESSION_NAME', 'a name in the logs of AWS'],
  ['NO_PROXY', 'a proxy less'],
])

const files = [
  ...globSync('runtime/{init,aws,store,files}/**/*.ts', { cwd: root }),
  ...['store-env', 'proxy-env', 'credential-env', 'read-init-env'].map((name) => `api/settings/${name}.ts`),
].filter((file) => !/\.(test|contract)\.ts$/.test(file))
const found = new Set(
  files.flatMap((file) =>
    [
      ...readFileSync(join(root, file), 'utf8').matchAll(
        /['`]((?:AWS|HTTPS?|NO|ALL|ALLOW|NODE|SSL|KEES)_[A-Z0-9_]+)['`]/g,
      ),
    ].flatMap(([, name = '']) => name),
  ),
)
t.ok(found.size > 20 && found.has('AWS_ENDPOINT_URL') && found.has('AWS_ROLE_SESSION_NAME'))
const settings = new Set<string>(Object.values(initVariables).map(({ env }) => env))
for (const name of [...found].toSorted()) {
  const isGuarded = guardedVariables.some(({ names }) => new RegExp(names).test(name))
  // The store is both.
  const kinds = [settings.has(name) || isGuarded, harmless.has(name)].filter(Boolean)
  t.equal(kinds.length, 1, name)
}
// Init has no AWS SDK, so these change nothing.
for (const name of ['AWS_PROFILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE'])
  t.notOk(found.has(name), `${name} is not read`)
