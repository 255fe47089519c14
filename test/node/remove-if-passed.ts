import type { Test } from 'tap'

/**
 * Removes what a test made on the node when it ends, unless it failed: the kubelet deletes the logs of pods with the pods, and
 * they are copied only after the last test.
 */
export function removeIfPassed(t: Pick<Test, 'passing' | 'teardown'>, remove: () => Promise<unknown>): void {
  t.teardown(async () => {
    if (t.passing()) await remove()
  })
}
