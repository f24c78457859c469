// The proxy that packaging/nginx.conf describes, in front of the program: pages and forms work, a caller cannot write where they
// come from, and no secret of an address is in its log.

import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { browser, folder, run, serve } from './support.mjs'

const CONF = fileURLToPath(new URL('../../packaging/nginx.conf', import.meta.url))

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** The file as it stands, for this machine: its ports, its certificate, its logs, and where the program listens. */
function forHere(place, { https, http, program }) {
  const [chain, key] = [join(place, 'chain.pem'), join(place, 'key.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=127.0.0.1', '-keyout', key, '-out', chain], { stdio: 'ignore' })
  const server = readFileSync(CONF, 'utf8')
    .replaceAll(/listen \[::\].*\n/g, '')
    .replace('listen 443 ssl', `listen 127.0.0.1:${https} ssl`)
    .replace('listen 80', `listen 127.0.0.1:${http}`)
    .replace(/ssl_certificate .*/, `ssl_certificate ${chain};`)
    .replace(/ssl_certificate_key .*/, `ssl_certificate_key ${key};`)
    .replaceAll('127.0.0.1:8080', program)
    .replace('/var/log/nginx/fingerpost.log', join(place, 'access.log'))
  mkdirSync(join(place, 'tmp'))
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(place, 'tmp', name)};`)
  writeFileSync(join(place, 'nginx.conf'), `daemon off;\npid ${join(place, 'nginx.pid')};\nevents {}\nhttp {\n${temp.join('\n')}\n${server}}\n`)
}

function ask(address, path, { method = 'GET', headers = {}, body = '' } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request(`${address}${path}`, { method, headers, rejectUnauthorized: false, agent: false }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => { text += chunk })
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

test('the proxy of the documentation serves pages, keeps secrets out of its log and says who calls', async (t) => {
  if (spawnSync('nginx', ['-v']).error) {
    console.log('LEFT OUT: nginx is not on this machine, so packaging/nginx.conf is not tried')
    t.skip('no nginx')
    return
  }
  const box = folder()
  const [https, http] = [await freePort(), await freePort()]
  const address = `https://127.0.0.1:${https}`
  const settings = join(box.path, 'fingerpost.toml')
  writeFileSync(settings, `data = "${join(box.path, 'db')}"\nbehind_proxy = true\npublic_url = "${address}"\n`)
  const here = async (...args) => {
    const done = await run(['--config', settings, ...args])
    assert.equal(done.code, 0, done.err)
    return done.out
  }
  writeFileSync(join(box.path, 'practices.csv'), 'ods_code,name,status\nA81001,THE DENSHAM SURGERY,active\n')
  await here('import', 'practices', join(box.path, 'practices.csv'))
  await here('scheme', 'add', 'Stockton Social Prescribing', '--practice', 'A81001')
  const user = ['--name', 'Ada Min', '--email', 'ada@example.org', '--role', 'administrator', '--org', 'stockton-social-prescribing']
  const link = (await here('user', 'add', ...user)).match(/https:\S+\/l\/[0-9a-f]{40}/)[0]
  assert.ok(link.startsWith(address), link)
  const server = await serve(['--config', settings])
  forHere(box.path, { https, http, program: new URL(server.address).host })
  const proxy = spawn('nginx', ['-c', join(box.path, 'nginx.conf'), '-e', join(box.path, 'error.log')], { stdio: 'inherit' })
  const engine = await browser()
  try {
    for (let turn = 0; turn < 100 && !(await ask(address, '/healthz').catch(() => null)); turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const context = await engine.newContext({ ignoreHTTPSErrors: true })
    const page = await context.newPage()
    await page.goto(link)
    await page.getByLabel('New password').fill('kettle meadow trumpet')
    await page.getByRole('button', { name: 'Save my password' }).click()
    await page.goto(`${address}/sign-in`)
    await page.getByLabel('Email address').fill('ada@example.org')
    await page.getByLabel('Password', { exact: true }).fill('kettle meadow trumpet')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Referrals in the last 12 months' }).waitFor()
    const cookies = await context.cookies()
    assert.ok(cookies.length > 0 && cookies.every((cookie) => cookie.secure))
    await page.goto(`${address}/directory?words=singing`)
    await context.close()

    for (const secret of ['/l/SECRET-A', '/calendar/SECRET-B/visits.ics', '/survey/code/SECRET-C', '/launch/SECRET-D']) await ask(address, secret)
    const log = readFileSync(join(box.path, 'access.log'), 'utf8')
    assert.match(log, /GET \/directory 200/)
    assert.doesNotMatch(log, /SECRET|singing|\/l\//)
    assert.doesNotMatch(readFileSync(join(box.path, 'error.log'), 'utf8'), /SECRET/)

    // Whoever writes another address of their own with every press is one caller all the same.
    const form = await ask(address, '/self-referral/stockton-social-prescribing')
    const csrf = form.text.match(/name="csrf" value="([^"]+)"/)[1]
    let held = false
    for (let turn = 1; turn <= 60 && !held; turn += 1) {
      const headers = { 'x-forwarded-for': `192.0.2.${turn}`, 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }
      const answer = await ask(address, '/self-referral/stockton-social-prescribing', { method: 'POST', headers, body: `who=oneself&csrf=${encodeURIComponent(csrf)}` })
      assert.ok([303, 429].includes(answer.status), `${answer.status} ${answer.text.slice(0, 500)}`)
      held = answer.status === 429
    }
    assert.ok(held, 'a caller who names themselves anew each time is held back')
  } finally {
    await engine.close()
    proxy.kill()
    await server.stop()
    box.remove()
  }
})
