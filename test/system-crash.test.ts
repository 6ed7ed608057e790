import { runTogether, testFiles } from './support/test-files.ts'

await runTogether(testFiles(
  'system/crash.test.ts',
  'system/before.test.ts',
  'system/migration.test.ts',
  'system/operation.test.ts'
))
