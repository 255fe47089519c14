import t from 'tap'
import { linesOf } from '../../api/diagnostic.ts'
import { envTable, helpText, readConfig } from './config.ts'

const least = { POLICY_FILE: '/policy', POD_NAMESPACE: 'kees', POD_NAME: 'creator-1' }

t.match(
  readConfig(least),
  {
    settings: {
      kubeconfig: undefined,
      namespaces: [],
      labelSelector: '',
      policyFile: '/policy',
      allowAllPrefixes: false,
      putRate: 3,
      readRate: 20,
      leaderElection: true,
      leaseName: 'kees-creator',
      podName: 'creator-1',
      podNamespace: 'kees',
      listen: { host: '', port: 8080 },
      kmsKeyId: undefined,
      store: { kind: 'ssm' },
      annotationDomain: 'bsycorp.com',
      logLevel: 'info',
    },
  },
  'what is not set has its default',
)

const key = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555'
t.match(
  readConfig({
    ALLOW_ALL_PREFIXES: 'true',
    LEADER_ELECTION: 'false',
    NAMESPACES: 'a, b,a',
    LABEL_SELECTOR: 'team in (x, y)',
    PUT_RATE: '0.5',
    LISTEN: '[::1]:0',
    KMS_KEY_ID: key,
    KEES_STORE: 'file:/store',
    KUBECONFIG: '/config',
  }),
  {
    settings: {
      policyFile: undefined,
      leaderElection: false,
      namespaces: ['a', 'b'],
      labelSelector: 'team in (x, y)',
      putRate: 0.5,
      listen: { host: '::1', port: 0 },
      kmsKeyId: key,
      store: { kind: 'file', folder: '/store' },
      kubeconfig: '/config',
    },
  },
  'every variable is read',
)

t.strictSame(
  readConfig({
    NAMESPACES: 'a,B',
    ALLOW_ALL_PREFIXES: 'yes',
    PUT_RATE: '0',
    READ_RATE: 'fast',
    LEASE_NAME: 'a/b',
    LISTEN: '8080',
    KMS_KEY_ID: 'alias/x',
    KEES_STORE: 'vault',
    ANNOTATION_DOMAIN: 'A',
    LOG_LEVEL: 'loud',
  }).diagnostics?.map((one) => linesOf(one).join(', ')),
  [
    'NAMESPACES "a,B" is not a list of namespaces, separated by commas',
    'ALLOW_ALL_PREFIXES "yes" must be true or false',
    'PUT_RATE "0" must be a number from 0.01 to 10000',
    'READ_RATE "fast" must be a number from 0.01 to 10000',
    'LEASE_NAME "a/b" is not a name such as kees-creator',
    'LISTEN "8080" is not an address and a port such as 127.0.0.1:8080 or :8080',
    'KMS_KEY_ID "alias/x" must be the ARN of a key, arn:<partition>:kms:<region>:<account>:key/<id>, not of an alias',
    'KEES_STORE "vault" is not a store: allowed are ssm and file:<folder>',
    'ANNOTATION_DOMAIN "A" is not a DNS subdomain: lower-case letters, digits, "-" and ".", such as bsycorp.com',
    'LOG_LEVEL "loud" is not a level: allowed are debug, info, warn, error',
    'POLICY_FILE is missing, hint: name a StoragePolicy, or set ALLOW_ALL_PREFIXES=true',
    'POD_NAMESPACE is missing, hint: set it to the namespace of the Lease, or set LEADER_ELECTION=false',
  ],
  'all errors are reported at once',
)

t.test('--help lists every variable with its default, and no variable is listed twice', async (t) => {
  const names = envTable.map(({ env }) => env)
  t.equal(new Set(names).size, names.length)
  for (const { env, default: byDefault } of envTable) {
    t.ok(helpText.includes(`  ${env}${byDefault === '' ? '' : ` (${byDefault})`}\n`), `--help says ${env}`)
  }
})
