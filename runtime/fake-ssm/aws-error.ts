/** An error of the protocol awsJson1_1; its status is 400 unless it says otherwise. */
export type AwsError = { readonly type: string; readonly message: string; readonly status?: number }

export function validation(message: string): AwsError {
  return { type: 'ValidationException', message }
}
