import t from 'tap'
import { contractOf, currentContract, newWords, parseContract } from './contract.ts'
import { parsePodAnnotations } from './pod-annotations.ts'

const podOf = (key: string, text: string) => parsePodAnnotations([[key, text]], 'bsycorp.com')

const rows: readonly (readonly [key: string, text: string, ...words: string[]])[] = [
  ['secret.bsycorp.com/a_public', 'kind=DYNAMIC,type=RSA,size=2048,storageKey=x_public'],
  ['secret.bsycorp.com/a', 'kind=REFERENCE,type=PASSWORD,version=1'],
  ['resource.bsycorp.com/a', 'label=a'],
  ['secret.bsycorp.com/a', 'kind=REFERENCE,type=TEXT', 'type=TEXT'],
  ['secret.bsycorp.com/a', 'kind=REFERENCE,type=GPG', 'type=GPG'],
  ['secret.bsycorp.com/a', 'kind=REFERENCE,type=RSA,as=pem', 'as'],
  ['resource.bsycorp.com/a', 'default=x', 'default'],
  ['resource.bsycorp.com/a', 'optional=true', 'optional'],
  ['resource.bsycorp.com/a', 'from=secretsmanager,storageKey=rds!x', 'from'],
  ['resource.bsycorp.com/a', 'jsonKey=a,decode=base64', 'jsonKey', 'decode'],
  ['resource.bsycorp.com/a', 'file=a,mode=0400', 'file'],
  ['resource.bsycorp.com/a', 'env=A', 'env'],
  ['compose.bsycorp.com/a', 'env=A,text=a', 'compose', 'env'],
]
for (const [key, text, ...words] of rows) {
  const pod = podOf(key, text)
  const [one] = [...pod.declared, ...pod.composed]
  t.strictSame(one && newWords(one.declaration), words, `${text}: the words`)
  t.equal(contractOf(pod), words.length > 0 ? 2 : 1, `${text}: the version`)
}

t.strictSame(parseContract('1'), { value: 1 })
t.strictSame(parseContract(String(currentContract)), { value: currentContract })
for (const text of ['0', '-1', '1.5', 'two', '01'])
  t.match(parseContract(text).diagnostics, [{ message: 'must be a whole number from 1' }], text)
t.match(parseContract(String(currentContract + 1)).diagnostics, [
  { message: /^is newer than this image of init/, hint: /use the image/ },
])
