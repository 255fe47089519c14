import { containerEnvironment } from '../tools/container-environment.ts'
import { findCommand } from '../tools/installed.ts'
import { runCommand } from '../run-command.mjs'
import { inImageTurn } from './image-turns.ts'
import { listArguments, unneededImages } from './test-images.ts'

/** Removes the images of the tests that this process ran, and of runs that were killed. */
export async function removeRunImages(): Promise<void> {
  const env = containerEnvironment()
  for (const engine of ['podman', 'docker']) {
    if (findCommand(engine, env['PATH']) === undefined) continue
    await inImageTurn(async () => {
      let list = ''
      const onOutput = (chunk: Buffer) => (list += chunk.toString())
      // Without its daemon docker lists nothing, and has built nothing.
      await runCommand(engine, listArguments, { stdio: ['ignore', 'pipe', 'ignore'], env, onOutput })
      const images = unneededImages(list, process.pid)
      if (images.length === 0) return
      await runCommand(engine, ['rmi', '--force', ...images], { stdio: 'ignore', env })
    })
  }
}
