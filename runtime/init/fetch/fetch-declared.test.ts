import type { KeyPairKeyObjectResult } from 'node:crypto'
import { noSecrets, readBoth } from '../../store/both-services.ts'
import t from 'tap'
import { decodeInitEnv } from '../../../api/settings/init-env.ts'
import { parsePodAnnotations } from '../../../api/pod/pod-annotations.ts'
import { type ScriptedAnswer, scriptedStore, virtualClock } from '../../fixtures.ts'
import { otherRsaPair, rsaPair } from '../../values/fixtures.ts'
import { encodePrivateKey, encodePublicKey } from '../../values/rsa-key.ts'
import { fetchDeclared } from './fetch-declared.ts'

const { settings } = { settings: undefined, ...decodeInitEnv({}) }

async function run(
  annotations: Readonly<Record<string, string>>,
  said: Readonly<Record<string, ScriptedAnswer>> | ((now: number) => ScriptedAnswer),
) {
  const { declared, diagnostics: wrong } = parsePodAnnotations(Object.entries(annotations), 'bsycorp.com')
  if (settings === undefined || wrong.length > 0) throw new Error('the test is wrong')
  const clock = virtualClock()
  const { store, calls } = scriptedStore(clock, (parameter) =>
    typeof said === 'function' ? said(clock.now()) : (said[parameter] ?? 'missing'),
  )
  const { values, diagnostics } = await fetchDeclared(readBoth(store, noSecrets), declared, settings, {
    clock,
    random: Math.random,
  })
  return {
    values: Object.fromEntries(values.map((one) => [one.declared.annotation, one.stored?.value.reveal()])),
    diagnostics: diagnostics.map(({ exit, message }) => `${exit} ${message}`),
    asked: calls.flatMap(({ names }) => names),
    took: clock.now(),
  }
}

t.test(
  'every declaration has its value, and a parameter of two declarations is requested once',
  async (t) => {
    const annotations = {
      'secret.bsycorp.com/a': 'kind=REFERENCE,type=PASSWORD,storageKey=shared',
      'resource.bsycorp.com/b': 'storageKey=shared',
      'resource.bsycorp.com/c': 'storageKey=shared,label=blue',
    }
    const { values, diagnostics, asked } = await run(annotations, {
      '/shared': { value: 'newest' },
      '/shared:blue': { value: 'labelled' },
    })
    t.strictSame(values, {
      'secret.bsycorp.com/a': 'newest',
      'resource.bsycorp.com/b': 'newest',
      'resource.bsycorp.com/c': 'labelled',
    })
    t.strictSame(diagnostics, [])
    t.strictSame(asked, ['/shared', '/shared:blue'])
  },
)

t.test('every declaration of a missing parameter is reported, after the longest wait', async (t) => {
  const annotations = {
    'secret.bsycorp.com/a': 'kind=DYNAMIC,type=PASSWORD,size=128',
    'secret.bsycorp.com/b': 'kind=REFERENCE,type=PASSWORD',
    'resource.bsycorp.com/b': '',
  }
  const { diagnostics, took } = await run(annotations, {})
  t.match(diagnostics, [
    /^3 annotation secret\.bsycorp\.com\/a: parameter \/a does not exist/,
    /^3 annotation secret\.bsycorp\.com\/b: parameter \/b does not exist/,
    /^3 annotation resource\.bsycorp\.com\/b: parameter \/b does not exist/,
  ])
  t.equal(took, 120_000)
})

const answers = ({ privateKey, publicKey }: KeyPairKeyObjectResult) =>
  [{ value: encodePrivateKey(privateKey) }, { value: encodePublicKey(publicKey) }] as const
const [ownPrivate, ownPublic] = answers(rsaPair)
const [, strangePublic] = answers(otherRsaPair)
const dynamic = 'kind=DYNAMIC,type=RSA,size=2048'
const both = { 'secret.bsycorp.com/key_private': dynamic, 'secret.bsycorp.com/key_public': dynamic }

const pairs: readonly (readonly [
  title: string,
  privatePart: ScriptedAnswer,
  publicPart: ScriptedAnswer,
  refused: boolean,
])[] = [
  ['a pair that matches is taken', ownPrivate, ownPublic, false],
  ['a pair that does not match is refused', ownPrivate, strangePublic, true],
  ['a key and a placeholder are refused', ownPrivate, { value: 'publickeydummyvalue' }, true],
  ['two placeholders, which nobody can judge, are taken', { value: 'dummy' }, { value: 'dummy' }, false],
]
for (const [title, privatePart, publicPart, refused] of pairs) {
  t.test(title, async (t) => {
    const { diagnostics } = await run(both, { '/key_private': privatePart, '/key_public': publicPart })
    const message =
      /^1 annotation .*key_private: the stored parts of the key pair \/key_private and \/key_public do not match$/
    t.match(diagnostics, refused ? [message] : [])
    t.equal(diagnostics.length, refused ? 1 : 0)
  })
}

t.test('an old version that is declared beside a pair is not taken for a part of it', async (t) => {
  const annotations = { ...both, 'resource.bsycorp.com/old': 'storageKey=key_public,version=1' }
  const { diagnostics } = await run(annotations, {
    '/key_private': ownPrivate,
    '/key_public': ownPublic,
    '/key_public:1': strangePublic,
  })
  t.strictSame(diagnostics, [])
})

t.test('the parts of a pair that is not DYNAMIC are not compared', async (t) => {
  const reference = 'kind=REFERENCE,type=RSA'
  const annotations = {
    'secret.bsycorp.com/key_private': reference,
    'secret.bsycorp.com/key_public': reference,
  }
  const { diagnostics } = await run(annotations, { '/key_private': ownPrivate, '/key_public': strangePublic })
  t.strictSame(diagnostics, [])
})

const optional: readonly (readonly [title: string, annotation: string, text: string])[] = [
  ['an optional secret', 'secret.bsycorp.com/a', 'kind=REFERENCE,type=PASSWORD,optional=true'],
  ['a resource with a default', 'resource.bsycorp.com/a', 'default=fallback'],
]
for (const [title, annotation, text] of optional) {
  const ask = (said: (now: number) => ScriptedAnswer) => run({ [annotation]: text }, said)

  t.test(`${title} is absent once the store has said so for REFERENCE_WAIT`, async (t) => {
    const { values, diagnostics, took } = await ask(() => 'missing')
    t.strictSame([values, diagnostics, took], [{ [annotation]: undefined }, [], 10_000])
  })

  t.test(`${title} is not absent where the store lags`, async (t) => {
    const { values } = await ask((now) => (now < 8000 ? 'missing' : { value: 'late' }))
    t.strictSame(values, { [annotation]: 'late' })
  })

  for (const code of [
    'ACCESS_DENIED',
    'THROTTLED',
    'UNREACHABLE',
    'BAD_ANSWER',
    'REFUSED',
    'CREDENTIALS_MISSING',
  ] as const)
    t.test(
      `${title} is not absent where the store answers ${code}, before or after it was missing`,
      async (t) => {
        for (const said of [
          () => ({ code }),
          (now: number) => (now < 3000 ? ('missing' as const) : { code }),
        ]) {
          const { values, diagnostics } = await ask(said)
          t.strictSame(values, {})
          t.equal(diagnostics.length, 1)
          t.match(diagnostics[0], /^[45] /)
        }
      },
    )
}
