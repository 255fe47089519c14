/**
 * A patch by position (JSON6902) that was written for the first init container of an app changes init instead, once init is the
 * first. With an image of the app, init ends without an error and without secrets.
 */
import type { Diagnostic } from '../../../api/diagnostic.ts'
import { listIn, textIn } from '../pod/effective-config.ts'
import type { PodInjection } from './pod-injection.ts'

/** What is wrong with the images of init and its sidecar, as they are before the injection. */
export function validateImages({ parts, config, recorded, record }: PodInjection): Diagnostic[] {
  const { container, refresher } = recorded
  const ours = [container, refresher].flatMap((one) => one ?? [])
  if (ours.length === 0) return []
  const [, annotations] = record?.volumes ?? []
  const others = [...parts.initContainers.parts, ...parts.containers.parts]
    .filter((one) => !ours.includes(one))
    // Another program of the image of init is not what is looked for.
    .filter(({ value }) => listIn(value, 'volumeMounts').every((mount) => mount['name'] !== annotations))
  return ours.flatMap(({ name, value }) => {
    const image = repositoryOf(textIn(value, 'image'))
    const other = others.find((one) => repositoryOf(textIn(one.value, 'image')) === image)
    if (image === '' || image === repositoryOf(config.image) || !other) return []
    return [
      {
        message: `${name} has the image of container ${other.name}`,
        hint: 'JSON6902 patches select by position, and init is first: patch containers by name, or before the injection',
      },
    ]
  })
}

/** `registry:5000/app:v1@sha256:…` without its tag and its digest. */
function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^:/]*$/, '')
}
