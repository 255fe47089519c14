import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { controlPlaneMissing, startControlPlane } from './control-plane.ts'

const labels = { app: 'app' }
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'app' },
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'example/app:1' }] } },
  },
}

t.test(
  'a Deployment that is created through the real API server becomes a pod',
  { skip: controlPlaneMissing },
  async (t) => {
    const cluster = await startControlPlane({ controllers: true })
    t.teardown(cluster.stop)
    const created = await cluster.request('POST', '/apis/apps/v1/namespaces/default/deployments', deployment)
    t.equal(created.status, 201)
    let pods: unknown
    for (let tries = 0; tries < 200 && !JSON.stringify(pods ?? '').includes('"phase"'); tries++) {
      await sleep(100)
      pods = (await cluster.request('GET', '/api/v1/namespaces/default/pods')).body
    }
    t.match(pods, { items: [{ metadata: { labels }, status: { phase: 'Pending' } }] })
  },
)
