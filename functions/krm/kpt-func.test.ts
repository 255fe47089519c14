import { Configs, type KubernetesObject } from 'kpt-functions'
import t from 'tap'
import { exportIamKptFunc } from '../export-iam/kpt-func.ts'
import { injectInitKptFunc } from '../inject-init/kpt-func.ts'

const deployment = (name: string, declaration: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    template: {
      metadata: {
        annotations: { 'iam.amazonaws.com/role': 'app-role', 'secret.bsycorp.com/db.password': declaration },
      },
      spec: { containers: [{ name: 'app' }] },
    },
  },
})
const service: KubernetesObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'app' } }
const reference = 'kind=REFERENCE,type=PASSWORD'

const kindsOf = (configs: Configs) => configs.getAll().map(({ kind }) => kind)
const textOf = (configs: Configs) => JSON.stringify(configs.getAll())

await t.test('the two functions, one after the other, on Configs of the SDK', async (t) => {
  const configs = new Configs([deployment('app', reference), service])
  await injectInitKptFunc(configs)
  t.strictSame(kindsOf(configs), ['Deployment', 'Service'])
  t.match(textOf(configs), '"initContainers":[{"name":"init-container","image":"bsycorp/kees/init:latest"')
  await exportIamKptFunc(configs)
  t.strictSame(kindsOf(configs), ['Deployment', 'ConfigMap', 'Service'])
  t.match(textOf(configs), '/db.password')
  t.strictSame(configs.getResults(), [])
})

await t.test('options come in a ConfigMap, and a warning is a result with its object', async (t) => {
  const config = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c' },
    data: { image: 'example/init:1' },
  }
  const configs = new Configs([deployment('app', `${reference},foo=bar`)], config)
  await injectInitKptFunc(configs)
  t.match(textOf(configs), '"image":"example/init:1"')
  t.match(configs.getResults(), [
    { severity: 'warn', message: /"foo" is not known/, resourceRef: { kind: 'Deployment', name: 'app' } },
  ])
})

await t.test('with an error nothing changes', async (t) => {
  const configs = new Configs([deployment('good', reference), deployment('bad', 'kind=NONE,type=PASSWORD')])
  const before = textOf(configs)
  await injectInitKptFunc(configs)
  t.equal(textOf(configs), before)
  t.match(configs.getResults(), [{ severity: 'error', message: /kind "NONE" is not known/ }])
})

t.match(injectInitKptFunc.usage, /^inject-init: Adds the init container/, 'usage has the same text as --help')
