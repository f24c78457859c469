// Invitations by a real mail server, which is down when the message wants to leave.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { browser, folder, open, run, serve } from './support.mjs'

const PASSWORD = 'kettle meadow trumpet'

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

function mailServer(port, box) {
  const python = new URL('.venv/bin/python', import.meta.url).pathname
  const args = ['-m', 'aiosmtpd', '-n', '-l', `127.0.0.1:${port}`, '-c', 'aiosmtpd.handlers.Mailbox', box]
  return spawn(existsSync(python) ? python : 'python3', args, { stdio: 'ignore' })
}

/** The mails in a box, with soft line breaks taken out. */
function mails(box) {
  const folder = join(box, 'new')
  if (!existsSync(folder)) return []
  return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8').replace(/=\r?\n/g, '').replaceAll('=3D', '='))
}

async function until(what, seconds = 60) {
  for (let turn = 0; turn < seconds * 4; turn += 1) {
    const found = await what()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error('it did not happen in time')
}

test('an invitation survives a mail server that is down, arrives once, and opens the door once', async () => {
  const data = folder()
  const box = folder()
  const port = await freePort()
  const database = ['--data', data.path]
  const env = { FINGERPOST_SMTP: `smtp://127.0.0.1:${port}` }
  Object.assign(process.env, env)
  const added = await run(['scheme', 'add', 'Real Scheme', ...database])
  assert.equal(added.code, 0, added.err)
  const admin = await run(['user', 'add', '--name', 'Ada Min', '--email', 'ada@example.org', '--role', 'administrator', '--org', 'Real Scheme', ...database])
  assert.equal(admin.code, 0, admin.err)
  const server = await serve(database)
  const engine = await browser()
  let mail
  try {
    const page = await open(engine, server)
    const link = admin.out.match(/\/l\/[0-9a-f]+/)[0]
    await page.goto(link)
    await page.getByLabel('New password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Save my password' }).click()
    await page.getByLabel('Email address').fill('ada@example.org')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('link', { name: 'Who signs in' }).click()
    await page.getByLabel('Name').fill('Noor Haddad')
    await page.getByLabel('Work email').fill('noor@example.org')
    await page.getByLabel('Link worker').check()
    await page.getByRole('button', { name: 'Send the invitation' }).click()
    await page.getByText('The link is on its way').waitFor()
    await until(() => server.log().includes('not_now'), 20)
    mail = mailServer(port, join(box.path, 'mail'))
    const [letter] = await until(() => { const all = mails(join(box.path, 'mail')); return all.length && all }, 200)
    assert.match(letter, /Subject: Your sign-in/)
    assert.match(letter, /Message-ID: <[0-9A-Z]{26}@/)
    assert.doesNotMatch(letter.match(/Subject:.*/)[0], /Noor|refer|health/i)
    const invited = letter.match(/\/l\/[0-9a-f]{40}/)[0]
    const noor = await open(engine, server, { width: 320, javaScriptEnabled: false })
    await noor.goto(invited); await noor.goto(invited)
    await noor.getByLabel('New password').fill(PASSWORD)
    await noor.getByRole('button', { name: 'Save my password' }).click()
    await noor.waitForURL(/sign-in/)
    await noor.goto(invited)
    assert.match(await noor.textContent('main'), /can no longer be used/)
    await new Promise((resolve) => setTimeout(resolve, 5000))
    assert.equal(mails(join(box.path, 'mail')).length, 1, 'once')
    assert.ok(!server.log().includes('noor@'), 'no address in the log')
  } finally {
    delete process.env.FINGERPOST_SMTP
    await engine.close()
    await server.stop()
    mail?.kill()
    data.remove()
    box.remove()
  }
})
