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

// All sources, and the tests that are done, have 100 columns, a statement a line, and functions of
// 30 lines at most.
const plain = [
  'app.ts',
  '{bench,cli,client,operations,plugins,routes,schemas,web}/**/*.{ts,tsx,mjs}'
]

const narrow = {
  files: plain,
  rules: {
    '@stylistic/max-len': ['error', { code: 100, ignoreUrls: true, ignoreRegExpLiterals: true }],
    '@stylistic/max-statements-per-line': ['error', { max: 1 }],
    'max-lines-per-function': ['error', { max: 30, skipBlankLines: true, skipComments: true }]
  }
}

export default [...neostandard({ ts: true, ignores: ['dist', '.tap', 'data'] }), typed, tests, house, narrow]
