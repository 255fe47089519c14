import t from 'tap'
import { parseStoragePolicy } from '../../../api/storage/storage-policy.ts'
import type { Annotation } from '../../../api/pod/pod-annotations.ts'
import { joinShortened, readClaims } from './read-claims.ts'

const parsed = parseStoragePolicy({
  apiVersion: 'kees.bsycorp.com/v1alpha1',
  kind: 'StoragePolicy',
  metadata: { name: 'default' },
  spec: { rules: [{ namespaces: ['shop'], prefixes: ['/{namespace}'], maxPerPod: 3 }] },
})
const { value: policy } = parsed
const prefix: Annotation = ['init.bsycorp.com/storage-prefix', 'shop']
const secret = (name: string, value: string): Annotation => [`secret.bsycorp.com/${name}`, value]
const password = 'kind=DYNAMIC,type=PASSWORD,size=128'

const read = (annotations: readonly Annotation[], namespace = 'shop', all = policy) => {
  const rules = { annotationDomain: 'bsycorp.com', policy: all }
  const { annotated, claims, warnings } = readClaims(namespace, annotations, rules)
  return {
    annotated,
    groups: claims.map(({ group }) => group.parts.map(({ parameter }) => parameter).join(' ')),
    warnings: warnings.map(({ reason, message }) => `${reason}: ${message}`),
  }
}

t.test('a group is claimed once, whichever of its parts are declared', async (t) => {
  const rsa = 'kind=DYNAMIC,type=RSA,size=2048'
  const annotations = [prefix, secret('k_private', rsa), secret('k_public', rsa), secret('other_public', rsa)]
  t.strictSame(read(annotations), {
    annotated: true,
    groups: ['/shop/k_private /shop/k_public', '/shop/other_private /shop/other_public'],
    warnings: [],
  })
})

t.test('how a value is delivered does not change what is claimed', async (t) => {
  const rsa = 'kind=DYNAMIC,type=RSA,size=2048'
  const plain = [prefix, secret('k_private', rsa), secret('a', password), secret('b', password)]
  const shaped = [
    prefix,
    secret('k_private', `${rsa},as=pem,file=tls/key.pem,mode=0400`),
    secret('a', `${password},env=PASSWORD,containers=app`),
    secret('b', `${password},deliver=none`),
    secret('reference', 'kind=REFERENCE,type=TEXT,from=secretsmanager,storageKey=rds!x,jsonKey=/a'),
    ['compose.bsycorp.com/url', 'env=URL,text=a:$(b:url)'] as const,
  ]
  t.strictSame(read(shaped), read(plain))
})

t.test('one invalid annotation does not stop the others', async (t) => {
  const annotations = [prefix, secret('a', password), secret('b', 'kind=DYNAMIC,type=PASSWORD,size=7')]
  t.match(read(annotations), {
    groups: ['/shop/a'],
    warnings: [/^InvalidAnnotation: annotation secret.bsycorp.com\/b: /],
  })
})

t.test('of two declarations of one parameter that contradict each other, neither is claimed', async (t) => {
  const of = (type: string, size: number) => `kind=DYNAMIC,type=${type},size=${size}`
  const sizes = [prefix, secret('k_private', of('RSA', 2048)), secret('k_public', of('RSA', 4096))]
  t.match(read([...sizes, secret('a', password)]), {
    groups: ['/shop/a'],
    warnings: [/^InvalidAnnotation: annotation .*k_public: /],
  })
  const types = [prefix, secret('m_private', password), secret('m_public', of('RSA', 2048))]
  t.match(read([...types, secret('m_consumer', of('RANDOM', 128))]), {
    groups: ['/shop/m_consumer /shop/m_provider'],
    warnings: [/^InvalidAnnotation: annotation .*m_public: /],
  })
})

t.test(
  'declarations that the policy refuses are not claimed: by prefix, strength and namespace',
  async (t) => {
    const abroad = [
      secret('a', `${password},storageKey=shopping/a`),
      secret('b', `${password},storageKey=shop/b`),
    ]
    t.match(read(abroad), {
      groups: ['/shop/b'],
      warnings: [/^RefusedByPolicy: annotation .*\/a: .*not below/],
    })
    t.match(read([prefix, secret('weak', 'kind=DYNAMIC,type=RANDOM,size=8')]), {
      groups: [],
      warnings: [/^RefusedByPolicy: .* 8 bits/],
    })
    t.match(read([prefix, secret('a', password)], 'elsewhere'), { groups: [], warnings: [/no rule/] })
  },
)

t.test('of a pod with too many declarations none is created, with one Event', async (t) => {
  const many = Array.from({ length: 400 }, (_, index) => secret(`p${index}`, password))
  t.strictSame(read([prefix, ...many]), {
    annotated: true,
    groups: [],
    warnings: [
      'RefusedByPolicy: the pod has 400 DYNAMIC declarations, the StoragePolicy allows 3: none is created',
    ],
  })
})

t.test('a pod above the limits of api/bounds.ts is one Event', async (t) => {
  const many = Array.from({ length: 4000 }, (_, index) => secret(`p${index}`, password))
  const { groups, warnings } = read([prefix, ...many])
  t.strictSame(groups, [])
  t.match(warnings, [/^InvalidAnnotation: annotation \S+: .* more than 65536 bytes in total/])
  t.equal(warnings.length, 1)
})

t.test('without a policy everything is claimed', async (t) => {
  const rules = { annotationDomain: 'bsycorp.com', policy: undefined }
  const { claims } = readClaims('any', [secret('a', password)], rules)
  t.strictSame(
    claims.map(({ group }) => group.parts),
    [[{ role: 'value', parameter: '/a' }]],
  )
})

t.test('hundreds of invalid declarations are one message that fits into an Event', async (t) => {
  const bad = Array.from({ length: 1000 }, (_, index) => secret(`p${index}`, 'kind=DYNAMIC'))
  const { warnings } = read(bad)
  t.equal(warnings.length, 1)
  t.ok(Buffer.byteLength(warnings[0] ?? '') < 1024)
  t.match(warnings[0], /; and \d+ more$/)
  t.equal(joinShortened(['a', 'b']), 'a; b')
  t.ok(Buffer.byteLength(joinShortened(['é'.repeat(5000)])) < 1024)
})

t.test('messages contain no control characters and line ends of annotations', async (t) => {
  // Of terminals, of logs by the line, and what turns the direction of text.
  for (const hostile of ['\n', '\r\n', '\0', '\u001b[2J', '\u007f', '\u0085', '\u2028', '\u2029', '\u202e']) {
    const annotations = [
      `kind=${hostile}`,
      `kind=DYNAMIC,type=${hostile},size=128`,
      `kind=DYNAMIC,type=PASSWORD,size=1${hostile}`,
      `${password},storageKey=a${hostile}b`,
      `${password},${hostile}=x`,
      `${password},a${hostile}b`,
      `a${hostile}b`,
    ].map((value, index) => secret(`s${index}`, value))
    const asPrefix: Annotation = ['init.bsycorp.com/storage-prefix', `shop${hostile}`]
    for (const one of [...annotations.map((wrong) => [prefix, wrong]), [asPrefix, secret('a', password)]]) {
      const { groups, warnings } = read(one)
      const name = encodeURIComponent(one.join())
      t.strictSame(groups, [], name)
      t.equal(warnings.length, 1, name)
      t.notMatch(warnings.join(), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, name)
    }
  }
})

t.test('a pod in local mode claims nothing, and the StoragePolicy must allow it', async (t) => {
  const annotations = [prefix, secret('a', password), ['init.bsycorp.com/local-mode', 'true'] as const]
  const allowing = policy && { ...policy, rules: policy.rules.map((rule) => ({ ...rule, localMode: true })) }
  t.strictSame(read(annotations, 'shop', allowing), { annotated: true, groups: [], warnings: [] })
  t.strictSame(read(annotations, 'shop', undefined).groups, [])
  t.strictSame(read(annotations), {
    annotated: true,
    groups: [],
    warnings: [
      'RefusedByPolicy: annotation init.bsycorp.com/local-mode: local mode is not allowed by the StoragePolicy (hint: remove the annotation; in a cluster without a store, set localMode of the rule to true)',
    ],
  })
})
