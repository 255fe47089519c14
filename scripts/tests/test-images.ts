/**
 * The images that tests build. Each is named for the process that it ends with: the run of many tests, which share their
 * images, else the test file. What a killed process left behind, the next one removes.
 */

/** Names the process of a run of many tests, which removes the images of all of them at its end. */
export const runVariable = 'KEES_TEST_IMAGES'

/** @param registry what the names begin with. @param owner the process that the images end with. */
export function imagePrefix(registry: string, owner: number): string {
  return `${registry}/kees-test-${owner}/kees-`
}

/** Arguments of podman and docker: what they print is for `imagesIn`. */
export const listArguments = ['images', '--format', '{{.Repository}}:{{.Tag}}'] as const

/** Those that tests built. */
export function imagesIn(list: string): readonly string[] {
  return list.split('\n').filter((name) => ownerOf(name) !== undefined)
}

/** Those that the owner no longer needs, if one is given, and those whose owner has ended. */
export function unneededImages(list: string, owner?: number, isRunning = hasProcess): readonly string[] {
  return imagesIn(list).filter((name) => {
    const its = ownerOf(name)
    return its !== undefined && (its === owner || !isRunning(its))
  })
}

function ownerOf(name: string): number | undefined {
  const [, owner] = /\/kees-test-(\d+)\//.exec(name) ?? []
  return owner === undefined ? undefined : Number(owner)
}

function hasProcess(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch (error) {
    // ESRCH: there is none. EPERM: it is another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
