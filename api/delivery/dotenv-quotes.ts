/** How the readers of the format dotenv read a value, by its quotes: runtime/init/formats/dotenv.ts has them. */

/** Without what starts a quote, an escape, a comment or an expansion anywhere. `docker run --env-file` reads these too. */
const plain = /^[!%&()*+,./0-9:;<=>?@A-Z[\]^_a-z{|}~-]*$/

/** Escapes and expansions have no meaning in single quotes, but `${…}` for Python, and `\\\\`, and a backslash before the quote. */
const inSingleQuotes = /^(?!.*\\\\|.*\$\{|.*\\$)[^']*$/s

const inDoubleQuotes = /^[^"\\$`]*$/

export function needsNoQuotes(value: string): boolean {
  return plain.test(value)
}

export function fitsSingleQuotes(value: string): boolean {
  return inSingleQuotes.test(value)
}

/** Whether all readers read the same value from one line. */
export function fitsDotenv(value: string): boolean {
  return plain.test(value) || inSingleQuotes.test(value) || inDoubleQuotes.test(value)
}
