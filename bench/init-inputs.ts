/** What the benchmarks give to init: parameters, as lines of one file or in all shapes, and the check of what it wrote. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatAnnotationsFile } from '../api/pod/annotations-file.ts'

export function parameterNames(count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, index) => `secret-${String(index).padStart(String(count - 1).length, '0')}`,
  )
}

export const parameters = parameterNames(25)

type InitInputs = {
  /** @param endpoint without one, no AWS endpoint is set. */
  readonly environment: (endpoint?: string, shapes?: 'lines' | 'all shapes') => NodeJS.ProcessEnv
  /** Throws if the written file is wrong: a fast run with a wrong result does not count. Removes the file. */
  readonly checkFile: (shapes?: 'lines' | 'all shapes') => void
}

/** @param folder gets the inputs and what init writes. @param names all shapes are those of 25. */
export function writeInitInputs(folder: string, names = parameters): InitInputs {
  const path = (name: string) => join(folder, name)
  const annotations = names.map(
    (name) => [`secret.bsycorp.com/${name}`, 'kind=REFERENCE,type=PASSWORD'] as const,
  )
  writeFileSync(path('annotations'), formatAnnotationsFile(annotations))
  writeFileSync(path('shaped'), formatAnnotationsFile(parameters.map(shapedAnnotation)))
  for (const name of ['out', 'env']) mkdirSync(path(name), { recursive: true })
  return {
    environment: (endpoint, shapes = 'lines') => ({
      ANNOTATIONS_FILE: path('annotations'),
      SECRETS_FILE: path('out/secret'),
      RESOURCES_FILE: path('out/resource'),
      LOG_LEVEL: 'error',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'fakesecret',
      ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL: endpoint }),
      ...(shapes === 'lines' ? {} : { ANNOTATIONS_FILE: path('shaped'), ENV_FILE: path('env/env') }),
    }),
    checkFile: (shapes = 'lines') => {
      const lines = shapes === 'lines' ? names : parameters.slice(0, 15)
      const expected = lines
        .toSorted()
        .map((name) => `${name}=${valueOf(name)}\n`)
        .join('')
      if (readFileSync(path('out/secret'), 'utf8') !== expected)
        throw new Error('the file that was written is wrong')
      rmSync(path('out'), { recursive: true })
      mkdirSync(path('out'))
    },
  }
}

/** @param put stores a value. */
export function putParameters(
  put: (name: string, value: string) => unknown,
  names: readonly string[] = parameters,
): void {
  for (const name of names) put(`/${name}`, valueOf(name))
  put('/json', JSON.stringify(Object.fromEntries(parameters.map((name) => [name, valueOf(name)]))))
}

export function valueOf(name: string): string {
  return `fakepassword-of-${name}`
}

/** Of 25: ten lines, five keys of one parameter as lines, five files and five variables. */
function shapedAnnotation(name: string, index: number): readonly [key: string, text: string] {
  const shapes = ['', '', `,storageKey=json,jsonKey=${name}`, `,file=files/${name}`, `,env=V${index}`]
  return [`secret.bsycorp.com/${name}`, `kind=REFERENCE,type=TEXT${shapes[Math.floor(index / 5)] ?? ''}`]
}
