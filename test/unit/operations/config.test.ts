import { test } from 'tap'
import { readConfig } from '../../../operations/config.ts'
import { parseRedisUrl } from '../../../operations/redis/url.ts'

const defaults = {
  HOST: '127.0.0.1',
  PORT: 5000,
  REDIS_URL: '',
  PRESQUE_PREFIX: 'presque',
  PRESQUE_DATA: './data',
  PRESQUE_NAME: '',
  PRESQUE_COLOUR: '',
  PRESQUE_TOKENS: '',
  PRESQUE_CORS_ORIGINS: '',
  PRESQUE_HOSTS: '',
  PRESQUE_INSECURE: '0',
  PRESQUE_MAX_BODY: 1048576,
  PRESQUE_MAX_QUEUES: 250_000,
  PRESQUE_MAX_SCHEDULES: 10_000,
  PRESQUE_MAX_STREAMS: 10_000,
  PRESQUE_MAX_WORKERS: 100_000,
  PRESQUE_MAX_WAIT: 60,
  PRESQUE_MIN_REPLICAS: 0,
  PRESQUE_PROCESSES: 1,
  PRESQUE_HISTORY: '1',
  LOG_LEVEL: 'info'
}

test('readConfig() has a default for every variable, and an empty one is none', async t => {
  t.strictSame(readConfig({}), defaults)
  t.strictSame(
    readConfig(Object.fromEntries(Object.keys(defaults).map(name => [name, '']))),
    defaults
  )
  t.strictSame(
    readConfig({ PATH: '/bin', HOME: '/root', port: '1', PRESQUE_OTHER: 'x' }),
    defaults,
    'the rest of the environment is none of its business'
  )
})

test('readConfig() takes the values that are given, numbers as numbers', async t => {
  const given = {
    HOST: '::1',
    PORT: '0',
    REDIS_URL: 'redis://h:1',
    PRESQUE_PREFIX: 'a.b:c_d-1',
    PRESQUE_DATA: '/x',
    PRESQUE_HOSTS: 'a.example,*.b.example',
    PRESQUE_INSECURE: '1',
    PRESQUE_MAX_BODY: '16777216',
    PRESQUE_MAX_WAIT: '0.5',
    PRESQUE_MIN_REPLICAS: '9',
    PRESQUE_PROCESSES: '64',
    PRESQUE_HISTORY: '0',
    LOG_LEVEL: 'trace'
  }
  t.strictSame(readConfig(given), {
    ...defaults,
    ...given,
    PORT: 0,
    PRESQUE_MAX_BODY: 16777216,
    PRESQUE_MAX_WAIT: 0.5,
    PRESQUE_MIN_REPLICAS: 9,
    PRESQUE_PROCESSES: 64
  })
  t.equal(readConfig({ PRESQUE_PROCESSES: 'auto' }).PRESQUE_PROCESSES, 'auto')
  t.equal(readConfig({ PRESQUE_COLOUR: '' }).PRESQUE_COLOUR, '')
  t.throws(
    () => readConfig({ PRESQUE_COLOUR: 'pink' }),
    { message: "PRESQUE_COLOUR must be one of red, amber, green, blue; it is 'pink'" }
  )
})

test('readConfig() refuses a bad value with one sentence that names the variable ' +
  'and the value', async t => {
  const pattern = 'must match pattern "^[A-Za-z0-9_.:-]{1,64}$"'
  const bad: Array<[string, string, string]> = [
    ['PORT', 'abc', 'must be integer'],
    ['PORT', '1.5', 'must be integer'],
    ['PORT', '-1', 'must be >= 0'],
    ['PORT', '0x10', 'must be integer'],
    ['PORT', '1e3', 'must be integer'],
    ['PORT', ' 80', 'must be integer'],
    ['PRESQUE_MAX_WAIT', '0x3', 'must be number'],
    ['PORT', '65536', 'must be <= 65535'],
    ['PRESQUE_PREFIX', 'a{b', pattern],
    ['PRESQUE_PREFIX', 'a b', pattern],
    ['PRESQUE_PREFIX', 'x'.repeat(65), pattern],
    ...['*', 'example.org', 'https://a.example/', 'https://a.example, https://b.example'].map(
      (value): [string, string, string] => [
        'PRESQUE_CORS_ORIGINS',
        value,
        'must match pattern "^$|^https?://[^/, ]+(,https?://[^/, ]+)*$"'
      ]
    ),
    ...[
      '*',
      'example.org:5000',
      'http://a.example',
      'a.example, b.example',
      'a.*',
      '*a.example'
    ].map((value): [string, string, string] => [
      'PRESQUE_HOSTS',
      value,
      'must match pattern "^$|^(\\*\\.)?[A-Za-z0-9_.-]+(,(\\*\\.)?[A-Za-z0-9_.-]+)*$"'
    ]),
    ['PRESQUE_INSECURE', 'yes', 'must be one of 0, 1'],
    ['PRESQUE_INSECURE', 'true', 'must be one of 0, 1'],
    ['PRESQUE_MAX_BODY', '1', 'must be >= 2'],
    ['PRESQUE_MAX_BODY', '16777217', 'must be <= 16777216'],
    ['PRESQUE_MAX_BODY', '1MB', 'must be integer'],
    ['PRESQUE_MAX_WAIT', '-1', 'must be >= 0'],
    ['PRESQUE_MAX_WAIT', '3601', 'must be <= 3600'],
    ['PRESQUE_MIN_REPLICAS', '-1', 'must be >= 0'],
    ['PRESQUE_MIN_REPLICAS', '10', 'must be <= 9'],
    ['PRESQUE_MIN_REPLICAS', '0.5', 'must be integer'],
    ...['0', '65', '-1', '1.5', 'many', 'AUTO', '2 4'].map((value): [string, string, string] => [
      'PRESQUE_PROCESSES',
      value,
      'must be one of 1..64, auto'
    ]),
    ['LOG_LEVEL', 'loud', 'must be one of fatal, error, warn, info, debug, trace, silent'],
    ['LOG_LEVEL', 'INFO', 'must be one of fatal, error, warn, info, debug, trace, silent']
  ]
  for (const [name, value, wanted] of bad) {
    t.throws(() => readConfig({ [name]: value }), {
      message: `${name} ${wanted}; it is '${value}'`
    })
  }
})

test('readConfig() lets only this machine in, unless told to', async t => {
  for (const HOST of [
    '0.0.0.0',
    '::',
    '192.168.1.2',
    'example.org',
    'localhost.example.org',
    '127.0.0.1.example.org',
    '128.0.0.1',
    '0',
    '::0',
    '0:0:0:0:0:0:0:0',
    '::ffff:0.0.0.0',
    '::ffff:192.168.1.2',
    'fe80::1',
    'fd00::1',
    '2001:db8::1',
    '[::]',
    '::1%eth0',
    '10.0.0.1',
    '127.0.0.1,0.0.0.0',
    '127.0.0.1 '
  ]) {
    t.throws(
      () => readConfig({ HOST }),
      { message: new RegExp(`^HOST is ${HOST.replace(/[.[\]]/g, '\\$&')}, .*PRESQUE_INSECURE=1`) },
      HOST
    )
    t.throws(
      () => readConfig({ HOST, PRESQUE_INSECURE: '0' }),
      { message: /PRESQUE_INSECURE=1/ },
      HOST
    )
    t.equal(readConfig({ HOST, PRESQUE_INSECURE: '1' }).HOST, HOST)
  }
  for (const HOST of ['127.0.0.1', '127.1.2.3', 'localhost', '::1']) {
    t.equal(readConfig({ HOST }).HOST, HOST)
  }
})

test('every form of REDIS_URL is understood', async t => {
  const plain = { user: '', password: '', path: '' }
  const forms: Array<[string, object]> = [
    ['redis://h', { ...plain, scheme: 'redis', nodes: [{ host: 'h', port: 6379 }] }],
    ['redis://h:1/', { ...plain, scheme: 'redis', nodes: [{ host: 'h', port: 1 }] }],
    [
      'redis://127.0.0.1:65535/15',
      { ...plain, scheme: 'redis', nodes: [{ host: '127.0.0.1', port: 65535 }], path: '15' }
    ],
    ['redis://[::1]:7', { ...plain, scheme: 'redis', nodes: [{ host: '::1', port: 7 }] }],
    ['redis://[::1]', { ...plain, scheme: 'redis', nodes: [{ host: '::1', port: 6379 }] }],
    [
      'redis://:p%40ss%3A%2F@h',
      { ...plain, scheme: 'redis', password: 'p@ss:/', nodes: [{ host: 'h', port: 6379 }] }
    ],
    [
      'rediss://ann:pass@h:1',
      { ...plain, scheme: 'rediss', user: 'ann', password: 'pass', nodes: [{ host: 'h', port: 1 }] }
    ],
    ['unix:///run/redis.sock', { ...plain, scheme: 'unix', nodes: [], path: '/run/redis.sock' }],
    [
      'redis+sentinel://a,b:1/main',
      {
        ...plain,
        scheme: 'redis+sentinel',
        nodes: [
          { host: 'a', port: 26379 },
          { host: 'b', port: 1 }
        ],
        path: 'main'
      }
    ],
    [
      'redis+cluster://a:1,b,[::1]:3',
      {
        ...plain,
        scheme: 'redis+cluster',
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 6379 },
          { host: '::1', port: 3 }
        ]
      }
    ],
    [
      'redis+cluster://u:p@a:1',
      {
        ...plain,
        scheme: 'redis+cluster',
        user: 'u',
        password: 'p',
        nodes: [{ host: 'a', port: 1 }]
      }
    ]
  ]
  for (const [url, parsed] of forms) {
    t.strictSame(parseRedisUrl(url), parsed, url)
    t.equal(readConfig({ REDIS_URL: url }).REDIS_URL, url)
  }
})

test('a REDIS_URL that is none is refused with a sentence that names the forms, ' +
  'and not the password', async t => {
  const junk = [
    'h',
    'localhost:6379',
    'http://h',
    'redis:h',
    'redis://',
    'redis:///0',
    'redis://h:0',
    'redis://h:65536',
    'redis://h:x',
    'redis://h:',
    'redis://h/x',
    'redis://h/0/1',
    'redis://h/-1',
    'redis://a,b',
    'rediss://a:1,b:2',
    'redis+sentinel://a:1',
    'redis+sentinel://a:1/',
    'redis+cluster://',
    'redis+cluster://a:1,',
    'unix://',
    'redis://h?db=1',
    'redis://h#x',
    'redis://:secret%zz@h',
    'redis://:secret%ff@h',
    'redis://u:secret@ss@h',
    'REDIS://h',
    ' redis://h',
    'redis://h:1x',
    'redis://::1'
  ]
  for (const url of junk) {
    const { message } = refusal(url)
    t.match(message, /^REDIS_URL must be redis:\/\/host:port, .*redis\+cluster:/, url)
    t.notMatch(message, 'secret', url)
  }
})

function refusal (url: string): Error {
  try {
    readConfig({ REDIS_URL: url })
  } catch (error) {
    return error as Error
  }
  return new Error('it was taken')
}
