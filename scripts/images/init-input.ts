/** What init gets in the run that makes its code cache. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'

/** Of all shapes of values, so that what they need is compiled. */
const shapes = ['', '', ',storageKey=json,jsonKey=c', ',file=files/d', ',env=VARIABLE']

/** @param run gets the environment of init, whose files are in the folder; until it has ended, there is a store. */
export async function withInitInput(
  folder: string,
  run: (env: NodeJS.ProcessEnv) => Promise<void>,
): Promise<void> {
  const server = await startFakeSsm()
  try {
    const annotations = shapes.map((shape, index) => {
      const name = 'abcde'[index] ?? ''
      server.put(`/${name}`, 'fakepassword')
      return [`secret.bsycorp.com/${name}`, `kind=REFERENCE,type=TEXT${shape}`] as const
    })
    server.put('/json', '{"c":"fakepassword"}')
    for (const name of ['secret', 'env']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'annotations'), formatAnnotationsFile(annotations))
    await run({
      ANNOTATIONS_FILE: join(folder, 'annotations'),
      SECRETS_FILE: join(folder, 'secret', 'secret'),
      RESOURCES_FILE: join(folder, 'secret', 'resource'),
      ENV_FILE: join(folder, 'env', 'env'),
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'fakesecret',
    })
  } finally {
    await server.stop()
  }
}
