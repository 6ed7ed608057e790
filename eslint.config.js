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

export default [...neostandard({ ts: true, ignores: ['dist', '.tap', 'data'] }), typed, tests, house]
