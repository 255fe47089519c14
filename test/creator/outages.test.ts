/** Watching a real API server that hangs, cuts connections, restarts, and forgets the version that a watch goes on from. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openApiServer } from '../../runtime/kubernetes/api-server.ts'
import { podListWatch } from '../../runtime/kubernetes/list-watch.ts'
import { indexOf } from '../../runtime/creator/fixtures.ts'
import { type WatchEnd, runReflector } from '../../runtime/kubernetes/reflector.ts'
import { clock } from '../../runtime/scheduling/clock.ts'
import { createNamespace, createPod } from './cluster-workloads.ts'
import { type ControlPlane, controlPlaneMissing, startControlPlane } from '../servers/control-plane.ts'
import { eventually } from '../programs/eventually.ts'
import { startTcpProxy } from '../servers/tcp-proxy.ts'

t.setTimeout(1_200_000)

const annotation = (name: string) => ({ [`secret.bsycorp.com/${name}`]: 'kind=DYNAMIC,type=RANDOM,size=128' })

/** A watch of the creator, through a proxy on a port. */
function watch(t: Test, plane: ControlPlane, port: number, silenceLimit: number) {
  const kubeconfig = join(t.testdir(), 'kubeconfig')
  writeFileSync(
    kubeconfig,
    readFileSync(plane.kubeconfig, 'utf8').replace(plane.server, `https://127.0.0.1:${port}`),
  )
  const { server } = openApiServer(kubeconfig)
  if (server === undefined) throw new Error('no server')
  const ends: WatchEnd[] = []
  const state = { lists: 0, listFailures: 0, heard: 0, ends }
  const index = indexOf({ now: clock.now })
  const stop = new AbortController()
  const sink = index.sink()
  const done = runReflector(
    podListWatch(server, { annotationDomain: 'bsycorp.com' }, { clock, random: Math.random }),
    {
      ...sink,
      listEnds: () => {
        sink.listEnds()
        state.lists++
      },
    },
    {
      clock,
      random: Math.random,
      signal: stop.signal,
      silenceLimit,
      progress: () => state.heard++,
      watchEnded: (why) => ends.push(why),
      listFailed: () => state.listFailures++,
    },
  )
  t.teardown(async () => {
    stop.abort()
    await done
  })
  const has = (name: string) => index.claimsOf(`/${name}`).length > 0
  return { state, has, ends }
}

t.test('a watch of a real API server', { skip: controlPlaneMissing }, async (t) => {
  const plane = await startControlPlane()
  const proxy = await startTcpProxy(Number(new URL(plane.server).port))
  t.teardown(async () => {
    await proxy.stop()
    await plane.stop()
  })
  await createNamespace(plane, 'shop')
  await createPod(plane, 'shop', 'first', annotation('first'))
  const { state, has, ends } = watch(t, plane, proxy.port, 4000)
  await eventually('the first pod is seen', () => has('first'))

  await t.test('a pod that is created, one that finishes and one that is deleted', async (t) => {
    await createPod(plane, 'shop', 'second', annotation('second'))
    await eventually('the second pod is seen', () => has('second'))
    const finished = { status: { phase: 'Succeeded' } }
    await plane.request('PATCH', '/api/v1/namespaces/shop/pods/second/status', finished)
    await eventually('what is finished is not kept', () => !has('second'))
    await createPod(plane, 'shop', 'third', annotation('third'))
    await eventually('the third pod is seen', () => has('third'))
    await plane.request('DELETE', '/api/v1/namespaces/shop/pods/third?gracePeriodSeconds=0')
    await eventually('what is deleted is not kept', () => !has('third'))
    t.equal(state.lists, 1)
  })

  await t.test('after its connection is cut, a watch continues from its version', async (t) => {
    for (let time = 0; time < 3; time++) {
      const before = proxy.connections()
      proxy.cut()
      await createPod(plane, 'shop', `cut-${time}`, annotation(`cut-${time}`))
      await eventually('the pod is seen', () => has(`cut-${time}`))
      t.ok(proxy.connections() > before)
    }
    t.ok(ends.includes('failed'))
    t.equal(state.lists, 1, 'without another list')
  })

  await t.test('a connection that stops responding', async (t) => {
    proxy.freeze()
    await createPod(plane, 'shop', 'frozen', annotation('frozen'))
    const silent = () => ends.filter((why) => why === 'silent').length
    const before = silent()
    await eventually('the silence is noticed', () => silent() > before)
    t.notOk(has('frozen'))
    proxy.thaw()
    await eventually('the pod is seen', () => has('frozen'))
  })

  await t.test('an API server that restarts and no longer has the version of the watch', async (t) => {
    const lists = state.lists
    proxy.freeze()
    await plane.restartServer()
    for (let time = 0; time < 3; time++) {
      await createPod(plane, 'shop', `restarted-${time}`, annotation(`restarted-${time}`))
    }
    await plane.request('DELETE', '/api/v1/namespaces/shop/pods/first?gracePeriodSeconds=0')
    // Only now is it known, by its version, that a watch cannot go on from before.
    await plane.restartServer()
    proxy.thaw()
    proxy.cut()
    await eventually('the new pods are seen', () => [0, 1, 2].every((time) => has(`restarted-${time}`)))
    await eventually('the deleted pod is gone', () => !has('first'))
    t.ok(ends.includes('expired') || state.lists > lists, 'it listed again')
    t.comment(`watches ended: ${ends.join(', ')}; lists: ${state.lists}`)
  })
})
