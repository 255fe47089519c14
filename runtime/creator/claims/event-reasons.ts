/** The Events that the creator records on pods; metrics count them by reason. One table, for the code and the documents. */
export const eventReasons = {
  Created: {
    type: 'Normal',
    meaning: 'parameters that the pod declares were missing and have been created',
  },
  InvalidAnnotation: {
    type: 'Warning',
    meaning:
      'a declaration is invalid and is skipped, as are two that contradict each other about one parameter; the message names what is allowed',
  },
  RefusedByPolicy: { type: 'Warning', meaning: 'the StoragePolicy does not allow the declaration' },
  QuotaExceeded: {
    type: 'Warning',
    meaning: 'maxNewPerHour of the namespace is used up; the parameters are created when the hour allows',
  },
  BudgetExceeded: {
    type: 'Warning',
    meaning:
      'the pods of the namespace occupy as much of the creator as the StoragePolicy allows, or its memory is full; the declarations of the pod are ignored until there is room',
  },
  Conflict: {
    type: 'Warning',
    meaning:
      'a pod that was seen earlier declares the same parameter with another type or size; its declaration counts',
  },
  IncompleteGroup: {
    type: 'Warning',
    meaning:
      'a later part of a group exists without the first part, which cannot be derived from it; nothing is created',
  },
  MismatchedGroup: {
    type: 'Warning',
    meaning: 'the stored parts of a group do not match, or a part is not a value of kees; nothing is changed',
  },
  AccessDenied: { type: 'Warning', meaning: 'the store denies the creator access to the parameter' },
  RefusedByStore: { type: 'Warning', meaning: 'the store refuses the parameter; the message has the reason' },
  NotInjected: {
    type: 'Warning',
    meaning: 'the pod is annotated, but no init container mounts its annotations by downward API',
  },
} as const satisfies Readonly<
  Record<string, { readonly type: 'Normal' | 'Warning'; readonly meaning: string }>
>

export type EventReason = keyof typeof eventReasons

/** An Event about declarations of one pod template. */
export type EventNote = { readonly reason: EventReason; readonly message: string }
