// Runs the test files that it is given.
import { runTogether } from './test-files.ts'

await runTogether(process.argv.slice(2))
