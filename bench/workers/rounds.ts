import { createInterface } from 'node:readline'

/** Pushes jobs, then works on `concurrency` at a time. Resolves with the seconds of the work. */
export type Round = (jobs: number, concurrency: number) => Promise<number>

/** Does a round for each line of stdin, and prints how long each took. Ends with stdin. */
export async function serveRounds (round: Round): Promise<void> {
  for await (const line of createInterface(process.stdin)) {
    const [jobs, concurrency] = line.split(' ').map(Number)
    console.log(`took ${await round(jobs!, concurrency!)}`)
  }
  process.exit()
}
