// A stand-in for a clinical system starts the real launcher; somebody refers with a stopwatch and a count.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { accessible, browser, folder, neighbourhood, open, picture, signInAs, valid } from './support.mjs'

let server
let engine
let desk
before(async () => { server = await neighbourhood(); engine = await browser(); desk = folder() })
after(async () => { await engine?.close(); await server?.stop(); desk?.remove() })

const LAUNCHER = process.env.E2E_LAUNCHER ?? new URL('../../target/debug/fingerpost-launcher', import.meta.url).pathname
const COUNTS = new URL('../../docs/launch.md', import.meta.url)

/** Runs the launcher as a clinical system would, with text on its standard input. */
function launcher(args, input) {
  return new Promise((resolve, reject) => {
    const child = spawn(LAUNCHER, ['--key', join(desk.path, 'practice.key'), ...args])
    let out = ''
    let err = ''
    child.stdout.on('data', (data) => { out += data })
    child.stderr.on('data', (data) => { err += data })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
    child.stdin.end(input ?? '')
  })
}

/** What the record that is open says. */
const record = (given) => JSON.stringify({
  given, family: 'Hollingsworth', born: '04-Jun-1947', nhs_number: '9990000018', phone: '01632 960 142', address: '2 Mill Row', postcode: 'WX4 2TN',
})

test('from the record to "sent" in under thirty seconds, counted', async () => {
  // Set-up is one paste.
  const helen = await open(engine, server, { width: 1280 })
  await signInAs(helen, /Helen Tranter/)
  await helen.getByRole('link', { name: 'Clinical system' }).click()
  await accessible(helen, 'launch keys, none'); await picture(helen, 'launch-keys-empty-1280')
  await helen.getByRole('button', { name: 'Make a key for this practice' }).click()
  await accessible(helen, 'launch keys'); await picture(helen, 'launch-keys-1280')
  const line = await helen.getByLabel('Line to paste').inputValue()
  const ready = await launcher(['set-up'], `${line}\n`)
  assert.match(ready.out, /Ready\. Referrals go to http/)
  assert.equal(statSync(join(desk.path, 'practice.key')).mode & 0o77, 0, 'only its owner reads the key')

  const anil = await open(engine, server, { width: 1280 })
  await signInAs(anil, /Anil Ferreira/)
  const counted = { clicks: 0, keys: 0 }
  // At a person's pace: 1.35 s to look and decide and 1.1 s to point, before each press (the keystroke-level model of Card, Moran and
  // Newell, 1980). What the test itself looks at meanwhile does not count.
  const press = async (locator) => { counted.clicks += 1; await anil.waitForTimeout(2450); await locator.click() }
  let looking = 0
  const look = async (what) => { const since = performance.now(); await what(); looking += performance.now() - since }
  const begun = performance.now()
  const started = await launcher(['refer', '--context', '-', '--print'], record('Odette'))
  assert.equal(started.err, '')
  const address = started.out.trim()
  assert.doesNotMatch(address, /Odette|Hollingsworth|999|1947/i)
  await anil.goto(address)
  await look(async () => { await accessible(anil, 'launched'); await picture(anil, 'launch-1280') })
  assert.match(await anil.textContent('main'), /Refer Odette\?.*Odette Hollingsworth.*4 June 1947.*999 000 0018/s)
  // Nothing has the focus: an Enter that was meant for the clinical system confirms nobody.
  await anil.keyboard.press('Enter')
  assert.match(anil.url(), /\/launch\//)
  await press(anil.getByRole('button', { name: 'Yes, refer Odette' }))
  await anil.waitForURL(/\/refer\//)
  const form = anil.locator('form.fp-form')
  const fields = await form.evaluate((node) => [...node.querySelectorAll('fieldset, textarea, input.nhsuk-input')]
    .filter((field) => !field.closest('details:not([open])') && !(field.tagName !== 'FIELDSET' && field.closest('fieldset'))).length)
  await press(form.getByLabel('Company, feeling lonely'))
  await press(form.getByLabel(/Phone 01632/))
  await press(form.getByLabel('None known to me'))
  await press(form.getByLabel(/Yes, and to sharing/))
  await press(form.getByRole('button', { name: /^Send to/ }))
  await anil.waitForURL(/just=sent/)
  const seconds = (performance.now() - begun - looking) / 1000
  assert.match(await anil.textContent('main'), /Sent to Wexley Vale Social Prescribing/)
  await picture(anil, 'launch-sent-1280')
  assert.ok(seconds > counted.clicks * 2.4 && seconds < 30, `it took ${seconds} s`)
  console.log(`from the record to "sent": ${seconds.toFixed(1)} s at a person's pace`)
  assert.ok(fields <= 7, `${fields} fields`)
  // The counts stand in the documentation; they are these.
  const row = `| From the clinical system | ${fields} | ${counted.clicks} | ${counted.keys} |`
  assert.ok(readFileSync(COUNTS, 'utf8').includes(row), `docs/launch.md does not say: ${row}`)
  assert.ok(await valid([helen, anil]) > 5)

  // The same address again begins nothing new.
  await anil.goto(address)
  assert.match(await anil.textContent('main'), /Odette Hollingsworth/)
  assert.equal(await anil.getByRole('link', { name: /Odette Hollingsworth/ }).count(), 1)
})

test('by keyboard alone it is sent too: Tab, arrows, space and Enter', async () => {
  const anil = await open(engine, server, { width: 1280 })
  await signInAs(anil, /Anil Ferreira/)
  const started = await launcher(['refer', '--context', '-', '--print'], record('Winifred'))
  await anil.goto(started.out.trim())
  // To whatever bears a name, with nothing but Tab; the page has to let everybody see where they are.
  const to = async (wanted) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await anil.keyboard.press('Tab')
      const at = await anil.evaluate(() => {
        const node = document.activeElement
        const style = getComputedStyle(node)
        const shown = node.getBoundingClientRect()
        const ring = node.matches(':focus-visible') && (style.outlineStyle !== 'none' || style.boxShadow !== 'none' || style.backgroundColor !== 'rgba(0, 0, 0, 0)')
        return { name: (node.labels?.[0] ?? node).textContent.trim(), seen: shown.width > 0 && (ring || node.matches('input[type=radio], input[type=checkbox]')) }
      })
      if (wanted.test(at.name)) { assert.ok(at.seen, `${at.name} is focused and cannot be seen`); return }
    }
    assert.fail(`${wanted} is not reached by Tab`)
  }
  await to(/^Yes, refer Winifred/); await anil.keyboard.press('Enter')
  await anil.waitForURL(/\/refer\//)
  await to(/^Company, feeling lonely/); await anil.keyboard.press('Space')
  await to(/^Phone 01632|^Phone call|^Phone/); await anil.keyboard.press('Space')
  await to(/^None known to me/); await anil.keyboard.press('Space')
  await to(/^Yes, and to sharing/); await anil.keyboard.press('Space')
  await to(/^Send to/); await anil.keyboard.press('Enter')
  await anil.waitForURL(/just=sent/)
  assert.match(await anil.textContent('main'), /Sent to Wexley Vale Social Prescribing/)
})

test('by hand it takes more, and the counts say how much', async () => {
  const anil = await open(engine, server, { width: 1280 })
  await signInAs(anil, /Anil Ferreira/)
  await anil.getByRole('link', { name: 'Refer', exact: true }).click()
  const counted = { clicks: 0, keys: 0, fields: 0 }
  const type = async (label, text) => {
    counted.fields += 1
    counted.keys += text.length + 1
    await anil.getByLabel(label, { exact: true }).first().fill(text)
  }
  await type('First name', 'Una'); await type('Family name', 'Ives')
  await type('Day', '4'); await type('Month', '6'); await type('Year', '1950')
  await type('Phone', '01632960155')
  counted.keys += 1
  await anil.getByLabel('Phone', { exact: true }).press('Enter')
  await anil.waitForURL(/\/refer\/[0-9A-Z]{26}/)
  const form = anil.locator('form.fp-form')
  for (const label of ['Company, feeling lonely', /Phone 01632/, 'None known to me', /Yes, and to sharing/]) {
    counted.clicks += 1
    await form.getByLabel(label).click()
  }
  counted.clicks += 1
  await form.getByRole('button', { name: /^Send to/ }).click()
  await anil.waitForURL(/just=sent/)
  const row = `| By hand | ${counted.fields + 7} | ${counted.clicks} | ${counted.keys} |`
  assert.ok(readFileSync(COUNTS, 'utf8').includes(row), `docs/launch.md does not say: ${row}`)
})

test('a record that cannot be read, a key that was cut and a key that was ended open nothing', async () => {
  const bad = await launcher(['refer', '--context', '-', '--print'], '{"given": 3}')
  assert.notEqual(bad.code, 0)
  assert.match(bad.err, /no text/)
  assert.notEqual((await launcher(['set-up'], 'fingerpost-launch-1.cut')).code, 0)
  const key = join(desk.path, 'practice.key')
  const good = readFileSync(key, 'utf8')
  writeFileSync(key, 'fingerpost-launch-1.bm90aGluZw')
  assert.match((await launcher(['refer', '--context', '-', '--print'], record('Ned'))).err, /Run set-up again/)
  writeFileSync(key, good)

  const helen = await open(engine, server, { width: 320, javaScriptEnabled: false })
  await signInAs(helen, /Helen Tranter/)
  await helen.getByRole('link', { name: 'Clinical system' }).click()
  await helen.getByRole('button', { name: /End this key/ }).first().click()
  await accessible(helen, 'launch keys, ended', { javaScriptEnabled: false }); await picture(helen, 'launch-keys-320')
  assert.match(await helen.textContent('main'), /Ended/)
  const refused = await launcher(['refer', '--context', '-', '--print'], record('Ned'))
  assert.notEqual(refused.code, 0)
  assert.match(refused.err, /Fingerpost refused/)
  assert.doesNotMatch(refused.err, /Ned|Hollingsworth/)
})
