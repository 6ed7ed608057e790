import { test } from 'tap'
import { redactUrl } from '../../../../operations/access/redact.ts'

test('a token in a query does not come into the log', t => {
  t.equal(
    redactUrl('/q/mail?presque-token=presque_x&lease=30'),
    '/q/mail?presque-token=***&lease=30'
  )
  t.equal(redactUrl('/q/mail?lease=30&Token=presque_x'), '/q/mail?lease=30&Token=***')
  t.equal(redactUrl('/q/mail?access_token=a%20b#c'), '/q/mail?access_token=***#c')
  t.equal(redactUrl('/q/token=1'), '/q/token=1')
  t.end()
})
