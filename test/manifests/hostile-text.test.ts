/** Hostile text is refused, or is data: never Terraform, never a wider grant, never a line of somebody else's message. */
import { join } from 'node:path'
import * as fc from 'fast-check'
import hcl from 'hcl2-json-parser'
import t from 'tap'
import { defaultAnnotationDomain } from '../../api/declaration/annotation-domain.ts'
import { parsePodAnnotations } from '../../api/pod/pod-annotations.ts'
import { runs, share } from '../../api/test-effort.ts'
import { fakeIo } from '../../cli/fake-io.ts'
import { kees } from '../../cli/kees.ts'
import { getParameters, namesNear, otherRequests } from '../iam/arbitrary-requests.ts'
import { account } from './arbitrary-workloads.ts'
import { evaluatePolicies, resourcesOf } from '../iam/evaluate-policies.ts'
import { type HostileInput, hostileInput, hostileTexts, places, type Texts } from './hostile-manifest.ts'
import { isAllowed } from '../iam/iam-judge.ts'
import { terraform } from '../programs/tools.ts'

const exporting = ['export', '--allow-uninjected', '-f', '-']
const accountFlag = (flags: readonly string[]) =>
  flags.some((flag) => flag.startsWith('--account=1')) ? [] : [`--account=${account}`]
const place = { partition: 'aws', region: 'eu-west-1', account }

/** Several at once, joined in every way. */
const mixed: fc.Arbitrary<Texts> = fc.dictionary(
  fc.constantFrom(...places),
  fc.oneof(
    fc.constantFrom(...hostileTexts),
    fc
      .array(fc.constantFrom('app', 'prod', '/', '-', '.', ...hostileTexts), { minLength: 1, maxLength: 3 })
      .map((some) => some.join('')),
  ),
  { minKeys: 1, maxKeys: 3, noNullPrototype: true },
)

const inputs: readonly HostileInput[] = [
  ...places.flatMap((where) => hostileTexts.map((text) => hostileInput({ [where]: text }))),
  // With a role, most are accepted; a part of them where not all is tried.
  ...places
    .flatMap((where) => hostileTexts.map((text) => hostileInput({ role: 'app', [where]: text })))
    .filter((_, index) => index % Math.round(100 / share(100)) === 0),
  ...fc.sample(mixed, { ...runs(1500), seed: 9 }).map(hostileInput),
]

type Accepted = HostileInput & { readonly policies: string }
const accepted: Accepted[] = []

t.setTimeout(1_200_000)
await t.test('the printed lines are only those of kees', async (t) => {
  let refused = 0
  for (const input of inputs) {
    const io = fakeIo(input.manifest)
    const exit = await kees([...exporting, ...input.flags], io)
    const lines = io.said().split('\n').slice(0, -1)
    const context = `${input.manifest} ${input.flags.join(' ')}`.slice(0, 400)
    if (
      !lines.every((line) =>
        /^((STDIN:\d+:\d+: )?(error|warning): | {2}hint: )[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*$/u.test(line),
      )
    ) {
      t.fail(`a message breaks out: ${io.said()}`)
    }
    if (exit === 0) accepted.push({ ...input, policies: io.printed() })
    else {
      refused++
      if (exit !== 1 && exit !== 2) t.fail(`exit code ${exit}: ${context} ${io.said()}`)
      if (io.printed() !== '') t.fail(`something is printed: ${context}`)
      if (!lines.some((line) => /^(STDIN:\d+:\d+: )?error: /.test(line)))
        t.fail(`nothing is said: ${context}`)
    }
  }
  t.ok(
    refused > inputs.length / 3 && accepted.length > 100,
    `${refused} are refused, ${accepted.length} accepted`,
  )
})

await t.test('policies.tf has the grants that it should have, and nothing else', async (t) => {
  const structureOf = async (policies: string) => {
    const read: { readonly locals: readonly object[]; readonly variable: object } = JSON.parse(
      JSON.stringify(await hcl.parseToObject(policies)),
    )
    const [, ...locals] = read.locals
    return JSON.stringify({ keys: Object.keys(read).toSorted(), locals, variable: read.variable })
  }
  const io = fakeIo(hostileInput({}).manifest)
  await kees(exporting, io)
  const plain = await structureOf(io.printed())
  const texts = new Set(
    accepted.filter(({ policies }) => !policies.includes('kms_keys')).map(({ policies }) => policies),
  )
  for (const policies of texts) {
    if ((await structureOf(policies)) !== plain) t.fail(policies.slice(0, 1000))
  }
  t.ok(texts.size > 30, `${texts.size} different files`)
})

await t.test('the same input leads to JSON and Markdown of the same form', async (t) => {
  const different = [...new Map(accepted.map((one) => [one.policies, one])).values()]
  const cells = (line: string) => line.split(/(?<!\\)\|/).length - 2
  for (const { manifest, flags, policies } of different) {
    const show = async (...args: readonly string[]) => {
      const io = fakeIo(manifest)
      const exit = await kees([...args, ...flags], io)
      if (exit !== 0) t.fail(io.said())
      return io.printed()
    }
    const json = await show(...exporting, '--format=json', '--region=eu-west-1', ...accountFlag(flags))
    const {
      grants,
    }: {
      grants: Readonly<Record<string, { readonly policies: readonly { readonly document: unknown }[] }>>
    } = JSON.parse(json)
    for (const [key, { policies: some }] of Object.entries(grants)) {
      const names = resourcesOf(some.map(({ document }) => document)).map((arn) =>
        arn.replace(/^.*:parameter/, ''),
      )
      const missing = names.filter((name) => !policies.includes(`"${name}"`))
      if (missing.length > 0 || !policies.includes(`"${key}"`)) t.fail(json)
    }
    for (const [columns, markdown] of [
      [3, await show(...exporting, '--format=markdown')],
      [3, await show('diff', '--format=markdown', '/dev/null', '-')],
    ] as const) {
      const lines = markdown.trimEnd().split('\n')
      // Nothing but names in code, line breaks, and what cannot be markup.
      const isPlain = lines.every((line) =>
        /^(Nobody [a-z ]+\.|[\w/.|, ():&#;-]*)$/.test(
          line.replaceAll(/`[\w/.+=,@:-]+`|<br>|<code>[\w/.;&#-]+<\/code>/g, ''),
        ),
      )
      if (!isPlain || !lines.every((line) => line.startsWith('Nobody') || cells(line) === columns))
        t.fail(markdown)
    }
  }
  t.ok(different.length > 30)
})

await t.test(
  'terraform and an evaluator of IAM see no wider grant',
  { skip: terraform().missing ?? false, timeout: 1_200_000 },
  async (t) => {
    const different = [...new Map(accepted.map((one) => [one.policies, one])).values()]
    const cases = different.slice(0, share(120)).map((one) => ({ ...one, place }))
    const evaluated = await evaluatePolicies(t.testdir({}), cases)
    for (const [index, { annotations, readers, policies }] of cases.entries()) {
      const names = new Set(
        parsePodAnnotations(annotations, defaultAnnotationDomain).declared.map(({ parameter }) => parameter),
      )
      for (const [reader, documents] of evaluated[index] ?? []) {
        if (!readers.includes(reader)) t.fail(`${reader} is not one of ${readers.join()}`)
        const arns = resourcesOf(documents)
        const odd = arns.filter(
          (arn) => !/^arn:aws:ssm:eu-west-1:111122223333:parameter(\/[A-Za-z0-9_.-]+)+$/.test(arn),
        )
        if (odd.length > 0) t.fail(odd.join())
        const probes = [...names].flatMap((name) => [name, ...namesNear(name)])
        for (const name of new Set([...probes, '/other', '/prod/other', ...hostileTexts])) {
          const verdict = await isAllowed(documents, getParameters(name, place))
          if (verdict !== names.has(name))
            t.fail(`${reader} and ${name}: ${verdict} by ${policies.slice(0, 500)}`)
        }
        for (const request of otherRequests('/prod/db.password', place)) {
          if (await isAllowed(documents, request)) t.fail(`${reader} may ${request.action}`)
        }
      }
    }
    t.ok(cases.length >= share(100), `${cases.length} are judged`)
  },
)

await t.test(
  'manifests at the limits of what pods may declare are read by every command, and those above them are refused',
  async (t) => {
    const workload = (name: string, annotations: Readonly<Record<string, string>>) =>
      JSON.stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace: 'prod' },
        spec: {
          template: {
            metadata: { annotations: { 'iam.amazonaws.com/role': name, ...annotations } },
            spec: { containers: [{ name: 'app' }] },
          },
        },
      })
    const numbered = (count: number, value: string, start = 'a') =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `secret.${defaultAnnotationDomain}/${start}${index}`,
          value,
        ]),
      )
    const manifest = (annotations: Readonly<Record<string, string>>) =>
      ['one', 'two', 'three', 'four'].map((name) => `${workload(name, annotations)}\n`).join('---\n')
    const [old, now] = ['a', 'b'].map((start) =>
      manifest(numbered(400, 'kind=REFERENCE,type=PASSWORD', start)),
    )
    const folder = t.testdir({ 'old.yaml': old ?? '', 'now.yaml': now ?? '' })
    const [oldFile, nowFile] = ['old.yaml', 'now.yaml'].map((name) => join(folder, name))
    const printedBy = async (args: readonly string[], input = '') => {
      const io = fakeIo(input)
      const exit = await kees(args, io)
      return { exit, said: io.said(), printed: io.printed() }
    }

    const diff = await printedBy(['diff', '--format=json', oldFile ?? '', nowFile ?? ''])
    t.equal(diff.exit, 0, diff.said)
    t.equal(new Set(diff.printed.match(/\/b\d+\b/g)).size, 400, 'diff shows each parameter that is gained')
    t.equal(new Set(diff.printed.match(/\/a\d+\b/g)).size, 400, '… and lost')
    const injected = await printedBy(['inject', '--image=example/init:1', '-f', '-'], now)
    t.equal(injected.exit, 0, injected.said)
    for (const command of ['verify', 'export']) {
      const { exit, said } = await printedBy([command, '-f', '-'], injected.printed)
      t.equal(exit, 0, said)
    }

    const above: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      'an annotation of commas': numbered(1, ','.repeat(250_000)),
      'attributes that are nearly known': numbered(
        15,
        Array.from({ length: 60 }, (_, index) => `storagekez${index}=`).join(','),
      ),
      'declarations that are not any': numbered(2000, '='),
      'a storageKey of many segments': numbered(
        1,
        `kind=DYNAMIC,type=RANDOM,size=128,storageKey=${'a/'.repeat(4000)}b`,
      ),
    }
    const nearlyKnown = Object.fromEntries(
      Array.from({ length: 800 }, (_, index) => [
        `secrets.${defaultAnnotationDomain}/a${index}`,
        'kind=NONE',
      ]),
    )
    for (const [what, annotations] of Object.entries(above)) {
      const text = manifest(annotations)
      for (const args of [
        ['inject', '--strict', '-f', '-'],
        ['export', '-f', '-'],
        ['verify', '--strict', '-f', '-'],
        ['diff', oldFile ?? '', '-'],
        ['diff', '-', nowFile ?? ''],
      ]) {
        const { exit, said } = await printedBy(args, text)
        t.not(exit, 0, `${args.join(' ')}: ${what}`)
        t.ok(said.length < 2 ** 20 && said.includes('error: '), `it is said in ${said.length} characters`)
      }
    }
    for (const command of ['inject', 'export', 'verify']) {
      const { exit, said } = await printedBy([command, '--strict', '-f', '-'], manifest(nearlyKnown))
      t.not(exit, 0, `${command}: prefixes that are nearly known`)
      t.ok(said.length < 2 ** 20 && said.includes('secrets.'), `it is said in ${said.length} characters`)
    }
  },
)
