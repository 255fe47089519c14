/** What the creator says on pods, and the reason under which metrics count refusals: one table, for the code and the documents. */
export const eventReasons = {
  Created: {
    type: 'Normal',
    meaning: 'parameters that a declaration of the pod asks for were missing and are stored now',
  },
  InvalidAnnotation: {
    type: 'Warning',
    meaning:
      'a declaration is wrong and is skipped, and of two that disagree about one parameter both are; the message says what is allowed',
  },
  RefusedByPolicy: { type: 'Warning', meaning: 'the StoragePolicy does not allow the declaration' },
  QuotaExceeded: {
    type: 'Warning',
    meaning: "the namespace's maxNewPerHour is used up; tried again when the hour allows",
  },
  Conflict: {
    type: 'Warning',
    meaning: 'an older pod makes the same parameter with another type or size; its declaration counts',
  },
  IncompleteGroup: {
    type: 'Warning',
    meaning: 'a later part of a group exists without the first, which cannot be rebuilt; nothing is made',
  },
  MismatchedGroup: {
    type: 'Warning',
    meaning: 'stored parts do not belong together, or a part is no value of kees; nothing is touched',
  },
  AccessDenied: { type: 'Warning', meaning: 'the store does not let the creator read or make the parameter' },
  RefusedByStore: { type: 'Warning', meaning: 'the store does not take the parameter; the message says why' },
  NotInjected: {
    type: 'Warning',
    meaning: 'the pod is annotated, and no init container of it mounts the annotations by downward API',
  },
} as const satisfies Readonly<
  Record<string, { readonly type: 'Normal' | 'Warning'; readonly meaning: string }>
>

export type EventReason = keyof typeof eventReasons

/** What is said about declarations of one pod template. */
export type EventNote = { readonly reason: EventReason; readonly message: string }
