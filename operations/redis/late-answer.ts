import { CommandTimeout } from './command-limit.ts'

/**
 * Returns the call as it is. If it is given up and its answer arrives after all, `onLate` gets the
 * answer: the request is gone, and the jobs that it took must go back.
 */
export async function withLateAnswer<Reply> (
  call: Promise<Reply>, onLate: (reply: Reply) => void
): Promise<Reply> {
  try {
    return await call
  } catch (error) {
    const { cause } = error as Error
    if (cause instanceof CommandTimeout) void (cause.late as Promise<Reply>).then(onLate)
    throw error
  }
}
