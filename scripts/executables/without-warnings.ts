type Console = { warn: (...args: unknown[]) => void }

/**
 * Does something without certain warnings on a console, for a library that prints them and has no option against it. All other warnings
 * are printed.
 */
export async function withoutWarnings<T>(to: Console, hidden: RegExp, act: () => Promise<T>): Promise<T> {
  const { warn } = to
  to.warn = (...args) => {
    if (!hidden.test(args.join(' '))) warn(...args)
  }
  try {
    return await act()
  } finally {
    to.warn = warn
  }
}
