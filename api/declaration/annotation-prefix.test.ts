import t from 'tap'
import { misspeltDomain } from './annotation-prefix.ts'

const meant: readonly (readonly [key: string, domain: string, meant: string])[] = [
  ['secret.bsycorp.co/a', 'bsycorp.com', 'secret.bsycorp.com/'],
  ['secret.bsycorpcom/a', 'bsycorp.com', 'secret.bsycorp.com/'],
  ['secret.Bsycorp.com/a', 'bsycorp.com', 'secret.bsycorp.com/'],
  ['secrets.bsycrop.com/a', 'bsycorp.com', 'secret.bsycorp.com/'],
  ['resource.acme.exmple/a', 'acme.example', 'resource.acme.example/'],
  ['init.bsycorp.con/storage-prefix', 'bsycorp.com', 'init.bsycorp.com/'],
]
for (const [key, domain, prefix] of meant) {
  const written = key.slice(0, key.indexOf('/') + 1)
  t.strictSame(
    misspeltDomain(key, domain),
    [
      {
        severity: 'warning',
        code: 'UNKNOWN_PREFIX',
        annotation: key,
        message: `"${written}" is not known and has no effect`,
        hint: `did you mean "${prefix}"?`,
      },
    ],
    `${key} is nearly of ${domain}`,
  )
}

const others: readonly (readonly [title: string, key: string, domain: string])[] = [
  ['an annotation of ours', 'secret.bsycorp.com/a', 'bsycorp.com'],
  ['another domain', 'secret.acme.example/a', 'bsycorp.com'],
  ['a domain that differs in a digit: another installation', 'secret.eu1.acme.example/a', 'eu2.acme.example'],
  ['another word', 'ingress.bsycorp.co/a', 'bsycorp.com'],
  ['no slash', 'secret.bsycorp.co', 'bsycorp.com'],
  ['no domain', 'secret/a', 'bsycorp.com'],
]
for (const [title, key, domain] of others) t.strictSame(misspeltDomain(key, domain), [], title)
