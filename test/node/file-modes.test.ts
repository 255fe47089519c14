/** Which containers can read a file of a mode, on a real node: exactly those of which inject-init does not report that they cannot. */
import t from 'tap'
import { run } from '../programs/programs.ts'
import { stays } from './app-pod.ts'
import { appImage } from './node-images.ts'
import { startStoreOfPods } from './store-of-pods.ts'
import { nodeTestsMissing, useNode } from './use-node.ts'

t.setTimeout(600_000)

const readable = 'for file in /secret/modes/*; do cat "$file" >/dev/null 2>&1 && basename "$file"; done; true'

type Case = {
  readonly modes: readonly string[]
  readonly pod: object
  readonly containers: Readonly<Record<string, object>>
}

const root = { runAsUser: 0 }
const bare = { ...root, capabilities: { drop: ['ALL'] } }
const other = { runAsUser: 10_001 }
const owner = { runAsUser: 65_532 }

const cases: Readonly<Record<string, Case>> = {
  capabilities: {
    modes: ['0400', '0404'],
    pod: {},
    containers: {
      root,
      bare,
      overrides: { ...root, capabilities: { drop: ['ALL'], add: ['DAC_OVERRIDE'] } },
      searches: { ...root, capabilities: { drop: ['DAC_OVERRIDE'], add: ['DAC_READ_SEARCH'] } },
      both: { ...root, capabilities: { drop: ['DAC_OVERRIDE'], add: ['DAC_OVERRIDE'] } },
      user: { ...other, capabilities: { add: ['DAC_OVERRIDE'] } },
      owner,
    },
  },
  'fs-group': {
    modes: ['0400', '0404', '0440'],
    pod: { ...other, fsGroup: 2000, runAsGroup: 3000 },
    containers: { bare, other, owner },
  },
  'run-as-group': {
    modes: ['0400', '0404', '0440'],
    pod: { ...other, runAsGroup: 2000, supplementalGroups: [4000] },
    containers: {
      bare,
      other,
      elsewhere: { ...other, runAsGroup: 3000 },
      outside: { ...bare, runAsGroup: 4000 },
    },
  },
}

t.test('modes of files', { skip: nodeTestsMissing }, async (t) => {
  const cluster = await useNode(t)
  const { server, inject } = await startStoreOfPods(t, cluster)
  server.put('/value', 'fakevalue')
  const namespace = await cluster.makeNamespace('file-modes')
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  const podOf = (name: string, { modes, pod, containers }: Case, declared: (mode: string) => string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      annotations: Object.fromEntries(
        modes.map((mode) => [
          `secret.bsycorp.com/m${mode}`,
          `kind=REFERENCE,type=TEXT,storageKey=value,file=modes/${mode},mode=${declared(mode)}`,
        ]),
      ),
    },
    spec: {
      terminationGracePeriodSeconds: 1,
      securityContext: pod,
      containers: Object.entries(containers).map(([container, securityContext]) => ({
        name: container,
        image: appImage,
        command: ['sh', '-c', stays],
        securityContext,
      })),
    },
  })
  for (const [name, one] of Object.entries(cases)) {
    // The mode is what init reads, so it can be changed after the injection.
    const injected = JSON.parse(inject(podOf(name, one, () => '0444')))
    injected.metadata.annotations = {
      ...injected.metadata.annotations,
      ...podOf(name, one, (mode) => mode).metadata.annotations,
    }
    await cluster.create(JSON.stringify(injected))
  }
  for (const [name, one] of Object.entries(cases))
    await t.test(name, async (t) => {
      const { stderr } = run('kees', ['inject', '-f', '-'], {
        input: JSON.stringify(podOf(name, one, (mode) => mode)),
      })
      const refused = [...stderr.matchAll(/mode (\d+): container "(.*?)" cannot read the file/g)]
      await inNamespace('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=240s')
      for (const container of Object.keys(one.containers)) {
        const unreadable = refused.filter(([, , of]) => of === container).map(([, mode]) => mode)
        const listed = await cluster.exec(namespace, name, container, 'sh', '-c', readable)
        t.strictSame(
          listed.split('\n').filter((mode) => mode !== ''),
          one.modes.filter((mode) => !unreadable.includes(mode)),
          `what ${container} can read`,
        )
      }
      t.ok(refused.length > 0)
    })
})
