/** Replaces each value in a properties file by its first four characters and the range of its length. */
export function maskValues(properties: string): string {
  return properties.replace(/^([^=\n]+)=(.*)$/gm, (_, key: string, value: string) => {
    const step = value.length < 100 ? 10 : 100
    const least = Math.floor(value.length / step) * step
    return `${key}=${value.slice(0, 4)}… (${least} to ${least + step - 1} characters)`
  })
}
