/** Another team, which asks for a RANDOM value and an RSA-2048 pair now and then. */
import type { FakeSsmServer } from '../../runtime/fake-ssm/server.ts'
import type { PodClient } from './pod-client.ts'

export type Waits = { readonly random: readonly number[]; readonly rsa: readonly number[] }

type Victim = {
  /** What was asked for since the last call, and how long each took, in milliseconds: so far, where it is not there yet. */
  readonly waits: () => Waits
  readonly stop: () => void
}

type Asked = { readonly parameter: string; readonly sort: keyof Waits; readonly at: number; took?: number }

const namespace = 'shop'

/** @param interval between two requests of each sort, in milliseconds. */
export function startVictim(api: PodClient, ssm: FakeSsmServer, interval: number): Victim {
  let asked: Asked[] = []
  let number = 0
  const ask = async () => {
    const id = number++
    const at = performance.now()
    asked.push(
      { parameter: `/${namespace}/token${id}`, sort: 'random', at },
      { parameter: `/${namespace}/key${id}_public`, sort: 'rsa', at },
    )
    const one = async (name: string, value: string) => {
      const annotations = {
        'init.bsycorp.com/storage-prefix': `/${namespace}`,
        [`secret.bsycorp.com/${name}`]: value,
      }
      await api.put({ namespace, name: name.replace('_', '-'), annotations })
    }
    await one(`token${id}`, 'kind=DYNAMIC,type=RANDOM,size=256')
    await one(`key${id}_private`, 'kind=DYNAMIC,type=RSA,size=2048')
  }
  const look = () => {
    for (const one of asked) {
      if (one.took === undefined && ssm.stored.newest(one.parameter)) one.took = performance.now() - one.at
    }
  }
  const timers = [setInterval(() => void ask(), interval), setInterval(look, 20)]
  return {
    waits: () => {
      const times = (sort: keyof Waits) =>
        asked.filter((one) => one.sort === sort).map(({ took, at }) => took ?? performance.now() - at)
      const result = { random: times('random'), rsa: times('rsa') }
      asked = []
      return result
    },
    stop: () => timers.forEach(clearInterval),
  }
}
