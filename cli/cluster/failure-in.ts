import { type Failure, failureOf } from '../../runtime/failure.ts'

/** Why some work failed; undefined where it did not. A bug is thrown. */
export async function failureIn(work: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    return failure
  }
}
