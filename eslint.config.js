import neostandard from 'neostandard'

const typed = {
  files: ['**/*.ts', '**/*.tsx'],
  languageOptions: { parserOptions: { projectService: true } },
  rules: { '@typescript-eslint/no-floating-promises': 'error', '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }] }
}

// tap's own bookkeeping awaits every t.test and t.rejects.
const tests = {
  files: ['test/**/*.ts'],
  rules: { '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', name: ['test', 't'], package: 'tap' }] }] }
}

// One name is value and type in schemas/; TypeScript itself refuses a real redeclaration.
const house = { files: ['**/*.ts', '**/*.tsx'], rules: { '@typescript-eslint/no-redeclare': 'off', 'no-void': ['error', { allowAsStatement: true }] } }

const plain = [
  'app.ts',
  '{bench,cli,client,operations,plugins,routes,schemas,web}/**/*.{ts,tsx,mjs}'
]

// One function holds all tests of a page, one the list of a client's types, one a story.
const long = [
  'test/simulation/delivery/example-history.ts',
  'test/system/web/*.test.ts',
  'test/unit/client/schema.test.ts'
]

const lines = {
  '@stylistic/max-len': ['error', { code: 100, ignoreUrls: true, ignoreRegExpLiterals: true }],
  '@stylistic/max-statements-per-line': ['error', { max: 1 }]
}

const functions = (max) => ({
  'max-lines-per-function': ['error', { max, skipBlankLines: true, skipComments: true }]
})

// All sources and tests have 100 columns, a statement a line, and functions of 30 lines at most, or
// of 60 in tests.
const narrow = [
  { files: plain, rules: { ...lines, ...functions(30) } },
  { files: ['test/**/*.ts'], rules: lines },
  { files: ['test/**/*.ts'], ignores: long, rules: functions(60) }
]

export default [...neostandard({ ts: true, ignores: ['dist', '.tap', 'data'] }), typed, tests, house, ...narrow]
