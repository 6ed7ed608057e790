import { runTogether, testFiles } from './support/test-files.ts'

await runTogether(testFiles('feature'))
