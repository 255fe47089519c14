/** Outages in the network of a node: packets to an address are dropped there, as a firewall or a broken route does it. */
import type { Test } from 'tap'
import { runQuietly } from '../../scripts/run-quietly.ts'

/**
 * @param enter the command that runs another in the network of the node. @param to such as `-d 10.99.0.1 -p tcp --dport 443`.
 * @returns what ends the outage; it ends with the test too.
 */
export async function cutTraffic(
  t: Test,
  enter: readonly string[],
  to: string,
): Promise<() => Promise<void>> {
  const [command = '', ...args] = enter
  const iptables = (action: '-I' | '-D') =>
    runQuietly(command, [...args, 'iptables', '-w', action, 'INPUT', ...to.split(' '), '-j', 'DROP'])
  await iptables('-I')
  let isCut = true
  const restore = async () => {
    if (!isCut) return
    isCut = false
    await iptables('-D')
  }
  t.teardown(restore)
  return restore
}
