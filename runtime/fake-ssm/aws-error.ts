/** An error of the protocol awsJson1_1; its HTTP status is 400 by default. */
export type AwsError = { readonly type: string; readonly message: string; readonly status?: number }

export function validation(message: string): AwsError {
  return { type: 'ValidationException', message }
}
