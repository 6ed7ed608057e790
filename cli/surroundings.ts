import type { Readable, Writable } from 'node:stream'

/** Where a command runs: what it reads, what it says, and to whom. */
export interface Surroundings {
  env: NodeJS.ProcessEnv
  input: Readable & { isTTY?: boolean }
  output: Writable & { isTTY?: boolean, columns?: number, rows?: number }
  errors: Writable & { isTTY?: boolean }
}

export const here: Surroundings = { env: process.env, input: process.stdin, output: process.stdout, errors: process.stderr }

/** Resolves once the text is out: what is told to presque afterwards is then true. */
export async function write (output: Writable, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => { output.write(text, error => error ? reject(error) : resolve()) })
}
