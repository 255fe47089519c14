/** How a building machine runs the Node of a platform. */
import { join } from 'node:path'
import { findCommand } from '../tools/installed.ts'
import { type Platform, platformOf } from './platform.ts'
import { platformNode } from './platform-node.ts'

const emulators = { amd64: 'qemu-x86_64-static', arm64: 'qemu-aarch64-static' } as const

/**
 * The command. Node of this machine's platform runs as it is, that of another in QEMU. @param files makes a folder with the files of an image of that
 * platform, whose libraries it uses. Throws where there is no QEMU.
 */
export async function runNode(
  root: string,
  platform: Platform,
  files: () => Promise<string>,
): Promise<readonly string[]> {
  if (process.platform === 'linux' && platform === platformOf(process.arch))
    return [join(await platformNode(root, platform), 'bin', 'node')]
  const emulator = findCommand(emulators[platform.arch], process.env['PATH'])
  if (emulator === undefined)
    throw new Error(
      `the command ${emulators[platform.arch]} is required for the code cache of programs for ${platform.name}\n` +
        '  hint: install qemu-user-static, or build without the code cache: --no-code-cache',
    )
  const folder = await files()
  return [emulator, '-L', folder, join(folder, 'usr', 'local', 'bin', 'node')]
}
