// The page of a group behind its link, and ten thousand messages drained by two workers into a mail server.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { clientOf, get, post } from '../../tests/e2e/client.mjs'
import { run } from '../../tests/e2e/support.mjs'
import { pause, spread, start } from './server.mjs'

const MESSAGES = 10_000
const LOOKS = 600
const AT_ONCE = 4

const hidden = (text, name) => text.match(new RegExp(`name="${name}" value="([^"]*)"`))?.[1]
const plain = (text) => text.replaceAll('&#x2f;', '/')

/** A mail server that takes everything at once and keeps the id of each message. */
async function mailServer() {
  const taken = []
  const server = createServer((socket) => {
    let rest = ''
    let inMessage = false
    const say = (line) => socket.write(`${line}\r\n`)
    socket.on('error', () => {})
    socket.on('data', (data) => {
      const lines = (rest + data).split('\r\n')
      rest = lines.pop()
      for (const line of lines) {
        if (inMessage) {
          if (line.startsWith('Message-ID: <')) taken.push(line.slice(13, 39))
          if (line === '.') { inMessage = false; say('250 taken') }
          continue
        }
        const word = line.slice(0, 4).toUpperCase()
        if (word === 'DATA') { inMessage = true; say('354 go on') } else if (word === 'QUIT') { say('221 bye'); socket.end() } else say('250 ok')
      }
    })
    say('220 here')
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `smtp://127.0.0.1:${server.address().port}`, taken, stop: () => server.close() }
}

/** Queues messages to the only user of an installation, as a change of theirs would. */
function queue(database) {
  const columns = 'tenant, id, template, recipient_kind, recipient, subject, run_at, channel'
  if (database.includes('--database')) {
    const sql = `INSERT INTO outbox (${columns}) SELECT u.tenant, '01M8' || LPAD(n::text, 22, '0'), 'feedback_arrived', 'user', u.id, 's/' || n, 0, 'email' `
      + `FROM app_user u, generate_series(1, ${MESSAGES}) n WHERE u.email = 'ada@example.org'`
    const done = spawnSync('psql', [database.at(-1), '-qc', sql], { encoding: 'utf8' })
    if (done.status !== 0) throw new Error(done.stderr)
    return
  }
  const sql = `INSERT INTO outbox (${columns}) WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < ${MESSAGES}) `
    + `SELECT u.tenant, '01M8' || printf('%022d', n), 'feedback_arrived', 'user', u.id, 's/' || n, 0, 'email' FROM app_user u, k WHERE u.email = 'ada@example.org'`
  const file = join(database[1], 'fingerpost.sqlite')
  const script = `import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()`
  const done = spawnSync('python3', ['-c', script, file, sql], { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(done.stderr)
}

async function drained(database) {
  for (const command of [['scheme', 'add', 'Load'], ['user', 'add', '--name', 'Ada Min', '--email', 'ada@example.org', '--role', 'administrator', '--org', 'Load']]) {
    const done = await run([...command, ...database])
    if (done.code !== 0) throw new Error(done.err)
  }
  queue(database)
  const mail = await mailServer()
  process.env.FINGERPOST_SMTP = mail.url
  const server = await start(database, 'error')
  const second = spawn(process.env.E2E_BINARY, ['work', ...database], { env: { ...process.env, FINGERPOST_LOG: 'error' }, stdio: 'ignore' })
  const begun = performance.now()
  while (mail.taken.length < MESSAGES && performance.now() - begun < 600_000) await pause(20)
  const seconds = (performance.now() - begun) / 1000
  await pause(3_000)
  second.kill('SIGTERM')
  await server.stop()
  mail.stop()
  delete process.env.FINGERPOST_SMTP
  const different = new Set(mail.taken).size
  return { messages: MESSAGES, workers: 2, seconds: Math.round(seconds * 10) / 10, perSecond: Math.round(MESSAGES / seconds), arrived: mail.taken.length, different }
}

/** The newest link to a group among the messages of an invented installation. */
async function linkIn(data) {
  const box = join(data, 'outbox')
  for (let turn = 0; turn < 100; turn += 1) {
    for (const name of existsSync(box) ? readdirSync(box).filter((each) => each.endsWith('.eml')) : []) {
      const text = readFileSync(join(box, name), 'utf8').replace(/=\r?\n/g, '')
      if (text.includes('question for your group')) return text.match(/\/l\/[0-9a-f]{40}/)[0]
    }
    await pause(200)
  }
  throw new Error('no message to a group left')
}

async function linkPage(database) {
  const made = await run(['demo', ...database])
  if (made.code !== 0) throw new Error(made.err)
  const server = await start(database, 'error')
  try {
    const maya = await clientOf(server, 'Maya Okonkwo')
    const place = plain((await get(maya, '/')).location ?? '').split('/').slice(0, 3).join('/')
    const list = plain((await get(maya, `${place}/caseload?show=everyone`)).text)
    const one = list.match(/\/o\/[^/"]+\/cases\/[0-9A-Z]{26}/)[0]
    const found = plain((await get(maya, `${one}/services?words=singing`)).text)
    const service = found.match(new RegExp(`${one}/services/[0-9A-Z]{26}`))[0]
    const form = await get(maya, `${service}/offer`)
    const sent = await post(maya, `${service}/offer`, {
      key: hidden(form.text, 'key'), ask: 'Would like company.', told: 'name_only', agreed: 'yes', way: 'email', email: 'group@example.org',
    })
    if (sent.status !== 303) throw new Error(`the offer was answered with ${sent.status}`)
    const link = await linkIn(database[1])
    const took = []
    let left = LOOKS
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      while (left > 0) {
        left -= 1
        const from = performance.now()
        const page = await fetch(server.address + link)
        const text = await page.text()
        took.push(performance.now() - from)
        if (page.status !== 200 || !text.includes('Can you welcome')) throw new Error(`the page was answered with ${page.status}`)
      }
    }))
    return { looks: LOOKS, atOnce: AT_ONCE, ms: spread(took) }
  } finally {
    await server.stop()
  }
}

/** Measures both with the release binary; `fresh` gives an empty database of the same engine each time. */
export async function messages(engine, fresh) {
  const [first, second] = [await fresh(), await fresh()]
  const page = await linkPage(first.options)
  const drain = await drained(second.options)
  first.remove()
  second.remove()
  return { engine, linkPage: page, drain }
}
