import { type Failure, type FailureCode, failureOf } from '../failure.ts'

/** What one name does to the whole call: SSM answers nothing about the others then. */
const ofOneName: ReadonlySet<FailureCode> = new Set(['ACCESS_DENIED', 'INVALID_NAME', 'SELECTOR_UNSUPPORTED'])

export function mayBeOfOneName({ code }: Failure): boolean {
  return ofOneName.has(code)
}

/**
 * Makes a call; where it fails for what may be the fault of one name, makes it for each alone. @param call handles its
 * answer. @param fail is told what each question failed for. Any other error is thrown.
 */
export async function retryOneByOne<Q>(
  questions: readonly Q[],
  call: (questions: readonly Q[]) => Promise<void>,
  fail: Fail<Q>,
): Promise<void> {
  const failure = await failureFrom(() => call(questions))
  if (failure === undefined) return
  if (mayBeOfOneName(failure) && questions.length > 1) {
    for (const question of questions) await askTogether([question], call, fail)
  } else for (const question of questions) fail(question, failure, questions.length)
}

/** Makes a call; where it fails, it fails for all that it asked. */
export async function askTogether<Q>(
  questions: readonly Q[],
  call: (questions: readonly Q[]) => Promise<void>,
  fail: Fail<Q>,
): Promise<void> {
  const failure = await failureFrom(() => call(questions))
  if (failure === undefined) return
  for (const question of questions) fail(question, failure, questions.length)
}

async function failureFrom(work: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    return failure
  }
}

/** @param of how many questions the call had. */
type Fail<Q> = (question: Q, failure: Failure, of: number) => void
