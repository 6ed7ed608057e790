import { testFiles, together } from './fixtures/together.ts'

await together(testFiles('lua'))
