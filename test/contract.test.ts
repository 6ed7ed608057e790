import { runTogether, testFiles } from './support/test-files.ts'

await runTogether(testFiles(
  'contract/pins.test.ts',
  'contract/house.test.ts',
  'contract/tables.test.ts',
  'contract/size.test.ts',
  'contract/tests.test.ts',
  'contract/prose.test.ts'
))
