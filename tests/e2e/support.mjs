// A real server on an invented neighbourhood, a real browser, and what every page must pass.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium } from 'playwright-core'

/** The program that is tried; read when it is needed, because a benchmark names another after it has imported this. */
const binary = () => process.env.E2E_BINARY ?? new URL('../../target/debug/fingerpost', import.meta.url).pathname

/** Runs a command of the binary to its end; gives what it printed. */
export function run(args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(binary(), args, { env: { ...process.env, FINGERPOST_LOG: 'error', ...env } })
    let out = ''
    let err = ''
    child.stdout.on('data', (data) => { out += data })
    child.stderr.on('data', (data) => { err += data })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
  })
}

/** Serves a database; gives its address, its process, and how to stop it. */
export async function serve(database, extra = []) {
  const child = spawn(binary(), ['serve', ...database, '--listen', '127.0.0.1:0', ...extra], {
    env: { ...process.env, FINGERPOST_LOG: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (data) => { log += data })
  let out = ''
  const address = await new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => {
      out += data
      const found = out.match(/Fingerpost is at (https?:\/\/\S+)/)
      if (found) resolve(found[1])
    })
    child.on('close', () => reject(new Error(`the server stopped: ${log}`)))
  })
  const stop = () => new Promise((resolve) => {
    child.removeAllListeners('close')
    child.on('close', resolve)
    child.kill('SIGTERM')
  })
  return { address, child, stop, log: () => log, out: () => out }
}

/** The link of the newest message to a group that is not among those `known`: a server without mail keeps messages as files. */
export async function linkToGroup(server, known) {
  const text = await letter(server, known, 'question for your group')
  return text.match(/\/l\/[0-9a-f]+/)[0]
}

/** The next message that left and holds `words`, its soft line breaks taken out. `known` holds those that were read before. */
export async function letter(server, known, words) {
  const box = join(server.data.path, 'outbox')
  for (let turn = 0; turn < 80; turn += 1) {
    const names = existsSync(box) ? readdirSync(box).filter((name) => /\.(eml|txt)$/.test(name) && !known.has(name)) : []
    for (const name of names) {
      const text = readFileSync(join(box, name), 'utf8').replace(/=\r?\n/g, '').replaceAll('=3D', '=')
      if (text.includes(words)) {
        known.add(name)
        return text
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error(`no message left that says "${words}"`)
}

/** A folder of its own for a test's database. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'fingerpost-e2e-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** An invented neighbourhood, served; as it was on a day, where one is given. */
export async function neighbourhood(on) {
  const data = folder()
  const made = await run(['demo', '--data', data.path, ...(on ? ['--on', on] : [])])
  if (made.code !== 0) throw new Error(made.err)
  const server = await serve(['--data', data.path])
  return { ...server, data, stop: async () => { await server.stop(); data.remove() } }
}

export function browser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  })
}

/** A page of a given width, with or without JavaScript. Fails on any request that leaves the server. */
export async function open(engine, server, { width = 1280, javaScriptEnabled = true } = {}) {
  const context = await engine.newContext({ viewport: { width, height: 900 }, javaScriptEnabled, baseURL: server.address })
  const page = await context.newPage()
  page.left = []
  page.on('request', (request) => {
    if (!request.url().startsWith(server.address) && !request.url().startsWith('data:')) page.left.push(request.url())
  })
  page.documents = []
  page.on('response', (response) => {
    if (response.request().resourceType() === 'document' && [200, 404, 422].includes(response.status())) {
      page.documents.push(response.text().catch(() => ''))
    }
  })
  page.errors = []
  page.on('pageerror', (error) => page.errors.push(String(error)))
  page.on('console', (message) => { if (message.type() === 'error') page.errors.push(message.text()) })
  return page
}

/** The file behind a link, as the browser that is signed in gets it: its media type, its name and its first bytes. */
export async function fileBehind(page, link) {
  const answer = await page.request.get(new URL(await link.getAttribute('href'), page.url()).href)
  const headers = answer.headers()
  return { status: answer.status(), type: headers['content-type'], name: headers['content-disposition'], head: (await answer.body()).subarray(0, 5).toString() }
}

/** Signs in as somebody invented by pressing their name. */
export async function signInAs(page, name) {
  await page.goto('/sign-in')
  await page.getByRole('button', { name }).first().click()
  await page.waitForLoadState()
}

/** Keeps a picture of the page where SHOTS names a folder. */
export async function picture(page, name) {
  const folder = process.env.SHOTS
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

/** What every page must pass: axe at AA, no sideways scrolling, nothing from elsewhere, no script errors. */
export async function accessible(page, where, { javaScriptEnabled = true } = {}) {
  const wide = await page.evaluate?.(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  if (wide > 0) {
    const widest = await page.evaluate(() => [...document.querySelectorAll('main *')].sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)
      .slice(0, 3).map((element) => element.outerHTML.slice(0, 120)))
    throw new Error(`${where}: scrolls sideways by ${wide} px: ${widest.join('\n')}`)
  }
  if (page.left.length) throw new Error(`${where}: a request left the server: ${page.left}`)
  const serious = page.errors.filter((text) => !/status of (404|409|422|403)/.test(text))
  if (serious.length) throw new Error(`${where}: ${serious}`)
  if (!javaScriptEnabled) return
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze()
  if (violations.length) {
    const said = violations.map((v) => `${v.id}: ${v.help}\n    ${v.nodes.map((n) => n.html).slice(0, 3).join('\n    ')}`)
    throw new Error(`${where}:\n  ${said.join('\n  ')}`)
  }
}

// A responsive table is drawn as blocks on a phone, and a browser then forgets that it is a table: the NHS
// template gives the roles back in words. The checker does not know of the style sheet.
const TABLE_ROLES = '.*role.* attribute must not be used on an? .*(tr|th|td).* element which has a .*table.* ancestor.*'

/** Every document that a page has received, checked by the Nu HTML checker. */
export async function valid(pages) {
  const texts = (await Promise.all(pages.flatMap((page) => page.documents))).filter((text) => text.includes('<html'))
  const out = folder()
  try {
    for (const text of texts) {
      // The token of a form differs on each page and nothing else may: the same page is checked once.
      const same = text.replace(/name="(csrf|key)" value="[^"]*"/g, '')
      writeFileSync(join(out.path, `${createHash('sha256').update(same).digest('hex').slice(0, 16)}.html`), text)
    }
    const jar = new URL('node_modules/vnu-jar/build/dist/vnu.jar', import.meta.url).pathname
    const done = await new Promise((resolve, reject) => {
      const child = spawn('java', ['-jar', jar, '--skip-non-html', '--errors-only', '--filterpattern', TABLE_ROLES, '--format', 'text', out.path])
      let err = ''
      child.stderr.on('data', (data) => { err += data })
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, err }))
    })
    if (done.code !== 0) throw new Error(`the HTML is not valid:\n${done.err.slice(0, 4000)}`)
    return texts.length
  } finally {
    out.remove()
  }
}

/** The folder of real data beside the checkout, or null, said aloud. */
export function realData(name) {
  const path = new URL(`../../../shared/realdata/${name}`, import.meta.url).pathname
  if (existsSync(path)) return path
  console.error(`LEFT OUT: the real file ${name} is not beside the checkout`)
  return null
}

/** An empty PostgreSQL database, or null where FINGERPOST_TEST_POSTGRES names no server. */
export async function postgres() {
  const server = process.env.FINGERPOST_TEST_POSTGRES
  if (!server) {
    console.error('LEFT OUT: PostgreSQL (FINGERPOST_TEST_POSTGRES names no server)')
    return null
  }
  const name = `e2e_${Date.now()}_${Math.floor(Math.random() * 1e6)}`
  const create = `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`
  const done = await new Promise((resolve, reject) => {
    const child = spawn('psql', [server, '-qc', create])
    let err = ''
    child.stderr.on('data', (data) => { err += data })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, err }))
  })
  if (done.code !== 0) throw new Error(done.err)
  return server.replace(/\/[^/]*$/, `/${name}`)
}
