/** Verify accepts what inject-init generated with any configuration, and detects later changes. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { runs, triesMany } from '../../../api/test-effort.ts'
import { parse, stringify } from 'yaml'
import { readFunctionConfig } from '../../krm/function-config.ts'
import { judge, resultLines } from '../../krm/result.ts'
import { readItems } from '../../workload/workload.ts'
import { configOf, everyConfig, ofKubelet, someConfig } from '../arbitrary-config.ts'
import { print, shapedWorkload, style } from '../arbitrary-manifest.ts'
import { explicitFormat, parseInjectConfig } from '../options/config.ts'
import { injectText, itemsIn, secretMount as mount, twoContainers as source, undeclare } from '../fixtures.ts'
import { addedTo, type Deployment, initOf, recordKey, arbitraryMutation } from '../arbitrary-mutation.ts'
import { verifyInjection } from './verify-injection.ts'
import type { InjectConfig } from '../options/inject-config.ts'

const { config: nothing } = parseInjectConfig({ given: [ofKubelet] })

function verify(text: string, config: InjectConfig) {
  const { read, results } = readItems(itemsIn(text), config, explicitFormat(config))
  return [...judge(results, config.strict), ...verifyInjection(read, config)]
}

/** The lines of the errors. */
function errorsOf(text: string, config: InjectConfig = nothing): string[] {
  return verify(text, config)
    .filter(({ severity }) => severity === 'error')
    .map((one) => resultLines(one).join(', '))
}

const injections = fc.record({ value: shapedWorkload, style, config: someConfig })

function injectedBy({
  value,
  style: printed,
  config,
}: typeof injections extends fc.Arbitrary<infer T> ? T : never) {
  const by = configOf(config.given, value, config.chosen)
  return { text: injectText(print(value, printed), by), by }
}

t.test(
  'what any configuration generates is accepted, by the same configuration and by one without options',
  async (t) => {
    fc.assert(
      fc.property(injections, (injection) => {
        const injected = injectedBy(injection)
        t.strictSame(errorsOf(injected.text), [])
        t.strictSame(errorsOf(injected.text, injected.by), [])
      }),
      runs(40),
    )
  },
)

t.test('a pod without its record, with defaults filled in and with another image is accepted', async (t) => {
  fc.assert(
    fc.property(injections, (injection) => {
      const injected = injectedBy(injection)
      const deployment: Deployment = parse(injected.text)
      const record = addedTo(deployment)
      const init = initOf(deployment, record)
      if (init)
        Object.assign(init, { image: 'mirror/init:2', terminationMessagePath: '/dev/termination-log' })
      const text = JSON.stringify(asStored(deployment))
      t.strictSame(errorsOf(text), [])
      // Without the record it is only known that some container must mount the secrets.
      if (record.mounts.length === 0) return
      delete deployment.metadata.annotations[recordKey]
      t.strictSame(errorsOf(JSON.stringify(asStored(deployment))), [])
    }),
    runs(40),
  )
})

/** As the API server returns it. */
function asStored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asStored)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]): [string, unknown][] => {
      if (key === 'fieldRef') return [[key, { apiVersion: 'v1', ...child }]]
      if (key === 'downwardAPI') return [[key, { ...Object(asStored(child)), defaultMode: 420 }]]
      return key === 'value' && child === '' ? [] : [[key, asStored(child)]]
    }),
  )
}

for (const [title, tamper] of Object.entries(arbitraryMutation)) {
  t.test(`it is an error if ${title}`, async (t) => {
    fc.assert(
      fc.property(injections, (injection) => {
        const injected = injectedBy(injection)
        const deployment: Deployment = parse(injected.text)
        const { name } = deployment.metadata
        fc.pre(tamper(deployment, addedTo(deployment)))
        const tampered = JSON.stringify(deployment)
        const [error] = errorsOf(tampered)
        t.ok(error?.startsWith(`error: Deployment/${name} `), `${error} names the object`)
        if (error?.includes('cannot be injected') !== true)
          t.strictSame(errorsOf(injectText(tampered, nothing)), [], 'injected again it is right')
      }),
      runs(40),
    )
  })
}

t.test(
  'it is an error if and only if the given configuration would change more than the record',
  async (t) => {
    let wrong = 0
    fc.assert(
      fc.property(injections, everyConfig, (injection, other) => {
        const injected = injectedBy(injection)
        const told = configOf(other.given, injection.value, other.chosen)
        const updated = injectText(injected.text, told)
        const same = pod(updated) === pod(injected.text)
        if (!same) wrong++
        t.equal(errorsOf(injected.text, told).length > 0, !same)
        t.strictSame(errorsOf(updated, told), [])
      }),
      runs(40),
    )
    if (triesMany) t.ok(wrong > 0)
  },
)

const pod = (text: string) => stringify(parse(text).spec)

t.test('an injection without declarations is a warning', async (t) => {
  fc.assert(
    fc.property(injections, (injection) => {
      const injected = injectedBy(injection)
      const found = verify(undeclare(injected.text), nothing)
      t.strictSame(
        found.map(({ severity }) => severity),
        ['warning'],
      )
    }),
    runs(40),
  )
})

const injected = injectText(source, nothing)
const again = '  hint: run inject-init again, after the last change'
t.test('an error names the object and the path of the field', async (t) => {
  t.strictSame(errorsOf(injected.replace(mount, '')), [
    `error: Deployment/app spec.template.spec.containers[app].volumeMounts[/secret]: missing, ${again}`,
  ])
  t.match(errorsOf(source), [
    /^error: Deployment\/app is annotated but not injected,   hint: run inject-init first/,
  ])
})

t.test('a missing record, or a missing variable that is only used in messages, is accepted', async (t) => {
  t.strictSame(errorsOf(injected.replace(/ +annotations:\n +kees.*\n/, '')), [])
  t.strictSame(errorsOf(injected.replace(/ +- name: POD_NAME\n(.*\n){3}/, '')), [])
})

t.test('what a patch makes unreadable for a container is an error, with its remedy', async (t) => {
  const withUser = injected.replace(
    '- name: app\n',
    '- name: app\n          securityContext: {runAsUser: 0}\n',
  )
  t.strictSame(errorsOf(withUser), [])
  const dropped = withUser.replace('runAsUser: 0', 'runAsUser: 0, capabilities: {drop: [ALL]}')
  t.strictSame(errorsOf(dropped), [], 'the default mode lets everybody read')
  const patched = dropped.replace('env:\n', 'env:\n            - {name: FILE_MODE, value: "0400"}\n')
  t.match(errorsOf(patched), [
    /FILE_MODE 0400: container "app" cannot read the file: it runs as user 0 without the capability DAC_OVERRIDE and init as user 65532/,
  ])
  t.strictSame(errorsOf(patched.replace('drop: [ALL]', 'drop: [ALL], add: [DAC_OVERRIDE]')), [])
})

t.test('aliases are accepted', async (t) => {
  const aliased = injected
    .replace('- name: app\n', '- &app\n          name: app\n')
    .replace(/- name: proxy\n(.*\n){4}/, '- <<: *app\n          name: proxy\n')
  t.match(aliased, '*app')
  t.strictSame(errorsOf(aliased), [])
  t.match(errorsOf(aliased.replace(mount, '')), [
    /containers\[app\]\.volumeMounts\[\/secret\]: missing$/,
    /containers\[proxy\]\.volumeMounts\[\/secret\]: missing, +hint: run inject-init again/,
  ])
})

t.test('a difference beside aliases that nest too deep is an error', async (t) => {
  const nested = (leaf: string) => '{x: '.repeat(150) + leaf + '}'.repeat(150)
  const deep = `${injected}a: &a ${nested('1')}\nb: ${nested('*a')}\n`
  t.strictSame(errorsOf(deep), [])
  t.match(errorsOf(deep.replace(mount, '')), [
    /^error: Deployment\/app cannot be checked: it is not valid YAML: nesting exceeded 200 levels/,
  ])
})

t.test('each pod template of an object is checked by itself', async (t) => {
  const job = (name: string) => ({
    name,
    template: { spec: { template: JSON.parse(JSON.stringify(parse(source).spec.template)) } },
  })
  const jobSet = {
    apiVersion: 'jobset.x-k8s.io/v1alpha2',
    kind: 'JobSet',
    metadata: { name: 'jobs' },
    spec: { replicatedJobs: [job('a'), job('b'), job('c')] },
  }
  const object = JSON.parse(injectText(JSON.stringify(jobSet), nothing))
  const [, b, c] = object.spec.replicatedJobs
  b.template.spec.template.spec.volumes = []
  c.template.spec.template.metadata.annotations = {}
  object.spec.replicatedJobs.push(job('d'))
  const found = verify(JSON.stringify(object), nothing).map((one) => resultLines(one).join(', '))
  const specOfB = 'JobSet/jobs spec.replicatedJobs[b].template.spec.template.spec'
  t.strictSame(found.slice(1, 3), [
    `error: ${specOfB}.volumes[secret-volume]: missing`,
    `error: ${specOfB}.volumes[annotations]: missing, ${again}`,
  ])
  t.match(found, [
    /^error: JobSet\/jobs template d is annotated but not injected/,
    ...found.slice(1, 3),
    /^warning: JobSet\/jobs template c is injected but declares nothing any more/,
  ])
  t.equal(found.length, 4)
})

t.test('the output of every case of testdata is accepted', async (t) => {
  const folder = join(import.meta.dirname, '../testdata')
  let judged = 0
  for (const name of readdirSync(folder).filter((_, index) => triesMany || index % 8 === 0)) {
    const text = readFileSync(join(folder, name, 'expected.yaml'), 'utf8')
    const { functionConfig } = parse(text)
    const { value, diagnostics } = readFunctionConfig(functionConfig, 'InjectInit')
    if (diagnostics !== undefined || /severity: error/.test(text)) continue
    judged++
    t.strictSame(errorsOf(text, parseInjectConfig(value).config), [], name)
  }
  t.ok(judged > (triesMany ? 20 : 2))
})
