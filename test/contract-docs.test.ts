import { runTogether, testFiles } from './support/test-files.ts'

await runTogether(testFiles(
  'contract/2010.test.ts',
  'contract/docs',
  'contract/examples.test.ts',
  'contract/openapi.test.ts'
))
