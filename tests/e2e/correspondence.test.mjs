// Messages to a person, who knows what, a register, and what did not arrive: in a real browser, at both widths.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, browser, letter, linkToGroup, neighbourhood, open, picture, signInAs, valid } from './support.mjs'

let server
let engine
before(async () => { server = await neighbourhood(); engine = await browser() })
after(async () => { await engine?.close(); await server?.stop() })

const known = new Set()
const HOW = [
  { width: 1280, javaScriptEnabled: true, words: 'singing', service: 'Tannery Choir' },
  { width: 320, javaScriptEnabled: false, words: 'garden', service: 'Community Garden' },
]
const named = (how) => `at ${how.width} px ${how.javaScriptEnabled ? 'with' : 'without'} JavaScript`

/** A day ahead in the three fields of a form. */
async function fillDay(page, ahead) {
  const day = new Date(Date.now() + ahead * 86_400_000)
  await page.getByLabel('Day', { exact: true }).fill(String(day.getDate()))
  await page.getByLabel('Month', { exact: true }).fill(String(day.getMonth() + 1))
  await page.getByLabel('Year', { exact: true }).fill(String(day.getFullYear()))
}

async function peggysCase(how) {
  const maya = await open(engine, server, how)
  await signInAs(maya, /Maya Okonkwo/)
  await maya.getByRole('link', { name: 'Everyone' }).click()
  await maya.getByRole('link', { name: 'Peggy Alderthwaite' }).first().click()
  return maya
}

for (const how of HOW) {
  test(`a person hears of a visit, stops messages, and is told by hand from then on, ${named(how)}`, async () => {
    const check = (page, where) => accessible(page, where, how)
    const maya = await peggysCase(how)
    const place = maya.url()

    await maya.getByRole('link', { name: 'Plan a visit' }).click(); await check(maya, 'visit, by hand'); await picture(maya, `visit-by-hand-${how.width}`)
    assert.match(await maya.textContent('main'), /Tell Peggy yourself: there is something to know/)
    assert.equal(await maya.getByLabel(/^Send Peggy/).count(), 0, 'where her son answers, no machine writes')

    await maya.goto(`${place}/care`)
    await maya.getByLabel('Email', { exact: true }).first().check()
    await maya.getByRole('textbox', { name: 'Email' }).fill('peggy@wexleyvale.example')
    await maya.getByLabel('Anything to know when reaching them?').fill('')
    await maya.getByRole('button', { name: 'Save' }).click()

    // What somebody wrote of how to communicate was read by nobody, until she is asked.
    await maya.goto(`${place}/about`)
    const asked = maya.getByLabel('I asked Peggy how information should reach them')
    if (!await asked.isChecked()) {
      await maya.goto(`${place}/visits`)
      assert.match(await maya.textContent('main'), /Tell Peggy yourself: words have to reach them in another form/)
      await maya.goto(`${place}/about`)
      await asked.check()
      await maya.getByLabel('Large print').check()
      await maya.getByRole('radio', { name: 'No', exact: true }).last().check()
      await maya.getByRole('button', { name: 'Save' }).click()
    }
    await maya.goto(`${place}/visits`); await check(maya, 'visit'); await picture(maya, `visit-tell-${how.width}`)
    await maya.getByLabel('Home visit').check()
    await fillDay(maya, 5)
    await maya.getByLabel('What time?').fill('10:30')
    assert.ok(await maya.getByLabel('Send Peggy the day and the time by email').isChecked())
    await maya.getByRole('button', { name: 'Put it in the diary' }).click(); await check(maya, 'visit planned')
    const mail = await letter(server, known, 'A day and a time for you')
    assert.match(mail, /To: peggy@wexleyvale\.example/)
    assert.match(mail, /Hello Peggy,.*Maya Okonkwo meets you on .* at 10:30am.*Where: at your home/s)
    assert.match(mail, /text\/calendar.*method=PUBLISH/s)
    const subject = mail.match(/Subject: .*/)[0]
    assert.doesNotMatch(subject, /Peggy|Maya|link worker|health|NHS|social/i)

    const peggy = await open(engine, server, how)
    const stop = mail.match(/\/l\/[0-9a-f]{40}/)[0]
    for (let time = 0; time < 2; time += 1) await peggy.goto(stop)
    await check(peggy, 'stop?'); await picture(peggy, `stop-${how.width}`)
    await maya.goto(`${place}/who-knows`)
    assert.match(await maya.textContent('main'), /They leave by themselves, by email/, 'opening the page stopped nothing')
    await peggy.getByRole('button', { name: 'Send me no more messages' }).click(); await check(peggy, 'stopped'); await picture(peggy, `stopped-${how.width}`)
    assert.match(await peggy.textContent('main'), /No more messages/)

    await maya.goto(place)
    await maya.getByRole('button', { name: /^Call it off.*10:30am/ }).click()
    await maya.goto(`${place}/who-knows`); await check(maya, 'who knows, stopped')
    assert.match(await maya.textContent('main'), /None by itself: they asked that no message is sent by itself/)

    await maya.getByRole('link', { name: 'Messages', exact: true }).click(); await check(maya, 'messages'); await picture(maya, `messages-${how.width}`)
    const waits = maya.getByRole('listitem').filter({ hasText: 'An appointment is called off' }).filter({ hasText: 'Peggy' })
    assert.match(await waits.textContent(), /Please tell them yourself/, 'she had heard of the day: somebody has to tell her')
    const before = await maya.getByRole('button', { name: /^I have told them another way/ }).count()
    await waits.getByRole('button', { name: /^I have told them another way/ }).click(); await check(maya, 'messages, one settled')
    assert.equal(await maya.getByRole('button', { name: /^I have told them another way/ }).count(), before - 1)
    await maya.goto(`${place}/who-knows`)
    await maya.getByRole('button', { name: 'They want messages again' }).click()
    assert.match(await maya.textContent('main'), /They leave by themselves, by email/)
    await maya.goto(`${place}/care`)
    await maya.getByLabel('Anything to know when reaching them?').fill('Her son reads her email')
    await maya.getByRole('button', { name: 'Save' }).click()
    await maya.goto(`${place}/who-knows`)
    assert.match(await maya.textContent('main'), /None by itself: there is something to know/)
    assert.ok(await valid([maya, peggy]) > 6)
    for (const page of [maya, peggy]) await page.context().close()
  })

  test(`who may know what is agreed in words and taken back at once, ${named(how)}`, async () => {
    const check = (page, where) => accessible(page, where, how)
    const maya = await peggysCase(how)
    await maya.getByRole('link', { name: /^Who knows what/ }).click(); await check(maya, 'who knows'); await picture(maya, `who-knows-${how.width}`)
    const name = `Her daughter Ruth, ${how.width}`
    await maya.getByRole('button', { name: 'Save' }).click(); await check(maya, 'consent, empty'); await picture(maya, `who-knows-wrong-${how.width}`)
    assert.match(await maya.textContent('main'), /Say who it is.*Choose what they said/s)
    await maya.getByLabel('Who is it?').fill(name)
    await maya.getByLabel(/What are they to/).selectOption('family')
    await maya.getByLabel('What may they be told?').fill('Day and time of the choir')
    await maya.getByLabel('What for?').fill('She drives her')
    await maya.getByLabel('Yes, they may know this').check()
    await maya.getByLabel(/said, in their words/).fill('Yes, tell Ruth.')
    await maya.getByRole('button', { name: 'Save' }).click(); await check(maya, 'consent')
    const ruth = maya.getByRole('listitem').filter({ hasText: name })
    assert.match(await ruth.textContent(), /Agreed.*Day and time of the choir/s)
    await ruth.getByRole('link', { name: /^I told them something/ }).click(); await check(maya, 'telling'); await picture(maya, `telling-${how.width}`)
    await maya.getByRole('button', { name: 'Write it down' }).click(); await check(maya, 'telling, empty')
    assert.match(await maya.textContent('main'), /Say what they were told/)
    await maya.getByLabel('What, and how?').fill('Tuesday at seven, by phone')
    await maya.getByRole('button', { name: 'Write it down' }).click(); await check(maya, 'told')
    assert.match(await maya.textContent('main'), /Who was told what.*Tuesday at seven, by phone, by Maya Okonkwo/s)
    await ruth.first().getByRole('button', { name: /takes it back/ }).click(); await check(maya, 'taken back')
    assert.match(await ruth.first().textContent(), /Taken back today/)
    assert.equal(await ruth.first().getByRole('link', { name: /^I told them/ }).count(), 0)

    await maya.getByRole('button', { name: 'Take everything back' }).click(); await check(maya, 'everything, not sure')
    assert.match(await maya.textContent('main'), /Tick that they said so/)
    await maya.getByLabel('Peggy said so').check()
    await maya.getByRole('button', { name: 'Take everything back' }).click(); await check(maya, 'everything taken back'); await picture(maya, `who-knows-nothing-${how.width}`)
    const after = await maya.textContent('main')
    assert.match(after, /Everything is taken back/)
    assert.match(after, /Nothing/)
    assert.ok(await valid([maya]) > 6)
    await maya.context().close()
  })

  test(`a group keeps its register on one page, ${named(how)}`, async () => {
    const check = (page, where) => accessible(page, where, how)
    const maya = await peggysCase(how)
    await maya.goto(`${maya.url()}/services`)
    await maya.getByLabel('What would help?').fill(how.words)
    await maya.getByRole('button', { name: 'Search' }).click()
    await maya.getByRole('link', { name: how.service, exact: true }).click()
    await maya.getByRole('button', { name: 'Offer this to Peggy' }).click()
    await maya.getByLabel('What are they looking for?').fill('Used to sing alto.')
    await maya.getByLabel('Name, no phone number').check()
    await maya.getByLabel(/Peggy agreed that/).check()
    await maya.getByRole('button', { name: 'Offer it' }).click()
    const group = await open(engine, server, how)
    await group.goto(await linkToGroup(server, known))
    await group.getByRole('button', { name: 'Yes, they are welcome' }).click()
    await letter(server, known, 'Here is the code')
    await group.getByText('Do several people from us come to you?').click()
    await group.getByRole('button', { name: 'Send us the register' }).click(); await check(group, 'register asked for')
    assert.match(await group.textContent('main'), /on its way to your address/)
    const register = (await letter(server, known, 'Your register')).match(/\/l\/[0-9a-f]{40}/)[0]
    await group.goto(register); await check(group, 'register, shut'); await picture(group, `register-shut-${how.width}`)
    assert.doesNotMatch(await group.content(), /Peggy|Alderthwaite/)
    await group.getByRole('button', { name: 'Send me a code' }).click(); await check(group, 'register, code sent')
    const code = (await letter(server, known, 'Here is the code')).match(/\d{3} \d{3}/)[0]
    await group.getByLabel('The code that we sent to').fill(code)
    await group.getByRole('button', { name: 'Show the register' }).click(); await check(group, 'register'); await picture(group, `register-${how.width}`)
    assert.match(await group.textContent('main'), /Who came on .*Peggy Alderthwaite/s)
    await group.getByRole('button', { name: 'Save the register' }).click(); await check(group, 'register, nobody ticked')
    assert.match(await group.textContent('main'), /Say of one person at least/)
    await group.getByRole('group', { name: /Peggy/ }).first().getByRole('radio', { name: 'Came' }).check()
    await group.getByRole('button', { name: 'Save the register' }).click(); await check(group, 'register saved'); await picture(group, `register-saved-${how.width}`)
    assert.match(await group.textContent('main'), /Saved for 1 person.*Came 1 time/s)
    await group.getByLabel('Year').fill('2099')
    await group.getByRole('button', { name: 'Show that day' }).click(); await check(group, 'register, another day wrong')
    assert.match(await group.textContent('main'), /within the last two months/)
    assert.ok(await valid([group]) > 5)
    for (const page of [maya, group]) await page.context().close()
  })
}

for (const how of HOW) {
  test(`a copy of everything that is held is read through before it is given, ${named(how)}`, async () => {
    const check = (page, where) => accessible(page, where, how)
    const maya = await peggysCase(how)
    const place = maya.url()
    assert.equal((await maya.goto(`${place}/record`)).status(), 404, 'only who supervises may')
    const josephine = await open(engine, server, how)
    await signInAs(josephine, /Josephine Carr/)
    await josephine.goto(`${place}/who-knows`)
    await josephine.getByRole('link', { name: /^A copy of everything held/ }).click(); await check(josephine, 'record'); await picture(josephine, `record-${how.width}`)
    await josephine.getByRole('button', { name: 'Make the copy to print' }).click(); await check(josephine, 'record, unread'); await picture(josephine, `record-wrong-${how.width}`)
    assert.match(await josephine.textContent('main'), /There is a problem.*Read .* and choose/s)
    const choices = josephine.getByLabel('Give it or leave it out?')
    const note = await josephine.getByRole('listitem').filter({ hasText: 'Recorded by Maya Okonkwo' }).first().locator('p').last().textContent()
    let left = false
    for (let at = 0; at < await choices.count(); at += 1) {
      const choice = choices.nth(at)
      if (await choice.inputValue() !== '') continue
      const entry = await choice.locator('xpath=ancestor::li').textContent()
      const out = !left && entry.includes('Recorded by Maya Okonkwo')
      left ||= out
      await choice.selectOption(out ? 'names_another' : 'keep')
    }
    assert.ok(left && note)
    if (how.width === 1280) {
      const kept = josephine.waitForEvent('download')
      await josephine.getByRole('button', { name: 'Make the copy as data' }).click()
      const stream = await (await kept).createReadStream()
      let text = ''
      for await (const part of stream) text += part
      const data = JSON.parse(text)
      assert.equal(data.about, 'Margaret Alderthwaite')
      assert.deepEqual(data.left_out, { names_another: 1 })
      assert.ok(data.entries.length > 5)
    }
    await josephine.getByRole('button', { name: 'Make the copy to print' }).click(); await check(josephine, 'copy of the record'); await picture(josephine, `record-copy-${how.width}`)
    assert.match(await josephine.textContent('main'), /What is held about me.*Margaret Alderthwaite.*One entry is left out/s)
    await josephine.getByRole('link', { name: 'Back to every entry' }).click(); await check(josephine, 'copies given')
    await josephine.getByText('Copies given before').click()
    assert.match(await josephine.textContent('main'), /by Josephine Carr: \d+ entries, 1 left out/)
    assert.ok(await valid([josephine]) > 3)
    for (const page of [maya, josephine]) await page.context().close()
  })
}

test('nothing that was said stands in the log', async () => {
  for (const secret of ['Peggy', 'Ruth', 'peggy@', 'sing alto', 'WX4']) assert.ok(!server.log().includes(secret), secret)
})
