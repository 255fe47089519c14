/**
 * The path of a name in a folder whose path is normalized, as that of `join`. V8 optimises what `join` calls for each character while init runs, which
 * starts threads and takes 2 MB (docs/performance.md).
 */
export function pathIn(folder: string, name: string): string {
  return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`
}
