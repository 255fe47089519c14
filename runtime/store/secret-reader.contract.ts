/** What a reader of Secrets Manager gets, checked on each server. */
import { inspect } from 'node:util'
import type { Test } from 'tap'
import { failureOf } from '../failure.ts'
import type { SecretRef } from './parameter-store.ts'
import type { SecretReader } from './secret-reader.ts'

/** What a person or a rotation does to a server. */
export type SecretWriter = {
  /** Stores a new version with the label AWSCURRENT. @returns its ID. */
  readonly put: (name: string, content: string | Buffer) => Promise<string>
  readonly label: (name: string, id: string, label: string) => Promise<void>
  readonly markForDeletion: (name: string) => Promise<void>
}

const from = 'secretsmanager'

const names: readonly (readonly [title: string, name: string])[] = [
  ['a word', 'word'],
  ['a path without a leading slash', 'prod/db/password'],
  ['a path with a leading slash', '/prod/db'],
  ['the name that RDS gives', 'rds!cluster-6eb2f7d2-1f0a-4a5b-9d0e-1c2b3a4d5e6f'],
  ['each other character', 'a@b+c=d_e.f-g'],
  ['an end that looks like the six characters of an ARN', 'db-abcdef'],
]

const values: readonly (readonly [title: string, value: string])[] = [
  ['JSON', '{"username":"app","password":"fake\\"password","port":5432}'],
  ['several lines', 'first\nsecond\r\nthird\n'],
  ['letters beyond ASCII and beyond 16 bits', 'h\u00e9 \u4f60\u597d \u{1f511}'],
  ['the longest', 'k'.repeat(65_536)],
  ['the longest in JSON', '\u0001'.repeat(65_536)],
]

export async function runSecretReaderContract(
  suite: Test,
  name: string,
  reader: SecretReader,
  writer: SecretWriter,
): Promise<void> {
  let secrets = 0
  const newName = () => `secret-${++secrets}`
  const textOf = async (ref: SecretRef) => (await reader.get(ref))?.value.reveal()

  await suite.test(`${name}: a secret is read by its whole name`, async (test) => {
    for (const [title, secret] of names) {
      await writer.put(secret, `value of ${secret}`)
      const ref = { from, name: secret } as const
      const read = await reader.get(ref)
      test.strictSame(read?.ref, ref, title)
      test.equal(read?.value.reveal(), `value of ${secret}`, title)
      test.equal(read?.isBinary, undefined, `${title}: text`)
      test.equal(await reader.exists(ref), true, `${title}: exists`)
    }
  })

  await suite.test(`${name}: a value is read as it is`, async (test) => {
    for (const [title, value] of values) {
      const secret = newName()
      await writer.put(secret, value)
      test.equal((await textOf({ from, name: secret })) === value, true, title)
    }
  })

  await suite.test(`${name}: bytes are read as base64, and marked`, async (test) => {
    const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256))
    const secret = newName()
    await writer.put(secret, bytes)
    const read = await reader.get({ from, name: secret })
    test.equal(read?.isBinary, true)
    test.ok(Buffer.from(read?.value.reveal() ?? '', 'base64').equals(bytes))
  })

  await suite.test(`${name}: versions are read by ID and by label`, async (test) => {
    const secret = newName()
    const first = await writer.put(secret, 'first')
    const second = await writer.put(secret, 'second')
    const third = await writer.put(secret, 'third')
    await writer.label(secret, first, 'blue')
    const expected: readonly (readonly [which: Pick<SecretRef, 'label' | 'version'>, value: string])[] = [
      [{}, 'third'],
      [{ label: 'AWSCURRENT' }, 'third'],
      [{ label: 'AWSPREVIOUS' }, 'second'],
      [{ label: 'blue' }, 'first'],
      [{ version: second }, 'second'],
      [{ version: third }, 'third'],
    ]
    for (const [which, value] of expected) {
      test.equal(await textOf({ from, name: secret, ...which }), value, JSON.stringify(which))
      test.equal(await reader.exists({ from, name: secret, ...which }), true)
    }
  })

  await suite.test(`${name}: what does not exist is missing`, async (test) => {
    const secret = newName()
    await writer.put(secret, 'fakepassword')
    for (const ref of [
      { from, name: newName() },
      { from, name: secret.toUpperCase() },
      { from, name: secret.slice(0, -1) },
      { from, name: secret, label: 'green' },
      { from, name: secret, version: '01234567-89ab-cdef-0123-456789abcdef' },
    ] as const) {
      test.equal(await reader.get(ref), undefined, JSON.stringify(ref))
      test.equal(await reader.exists(ref), false, JSON.stringify(ref))
    }
  })

  await suite.test(`${name}: a secret that is marked for deletion is refused, not missing`, async (test) => {
    const secret = newName()
    await writer.put(secret, 'fakepassword')
    await writer.markForDeletion(secret)
    for (const ask of [reader.get, reader.exists]) {
      const error: unknown = await ask({ from, name: secret }).then(String, (caught: unknown) => caught)
      test.match(failureOf(error), { code: 'REFUSED', hint: /restore-secret/ })
    }
  })

  await suite.test(`${name}: an answer does not print its value`, async (test) => {
    const secret = newName()
    await writer.put(secret, 'fakepassword')
    const answer = await reader.get({ from, name: secret })
    test.notMatch(inspect(answer, { depth: 9 }), 'fakepassword')
    test.notMatch(JSON.stringify(answer), 'fakepassword')
  })
}
