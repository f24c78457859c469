// Asking for help oneself: no account, one question on one page, kept as it goes, then where the request is.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, browser, neighbourhood, open, picture, signInAs, valid } from './support.mjs'

let server
let engine
before(async () => { server = await neighbourhood(); engine = await browser() })
after(async () => { await engine?.close(); await server?.stop() })

const ASK = '/self-referral/wexley-vale-social-prescribing'

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  const words = javaScriptEnabled ? 'with' : 'without'

  test(`somebody asks for help themself at ${width} px ${words} JavaScript`, async () => {
    const page = await open(engine, server, how)
    const check = async (where) => {
      await accessible(page, where, { javaScriptEnabled })
      await picture(page, `ask-${where.replaceAll(/\W+/g, '-')}-${width}`)
      return page.textContent('main')
    }
    const on = () => page.getByRole('button', { name: 'Continue' }).click()
    await page.goto(server.address + ASK)
    assert.match(await check('start'), /This is not for emergencies.*999.*Who are you asking for/s)
    await page.getByRole('button', { name: 'Start' }).click()
    assert.match(await check('start, nothing chosen'), /Choose who you are asking for/)
    await page.getByLabel('Me', { exact: true }).check()
    await page.getByRole('button', { name: 'Start' }).click()

    assert.match(await check('hard'), /question 1 of 5.*What is hard at the moment/s)
    const own = page.url()
    await on()
    assert.match(await check('hard, nothing chosen'), /Choose at least one/)
    await page.getByLabel('I am on my own too much').check()
    await page.getByLabel('Getting out and about').check()
    await on()

    assert.match(await check('words'), /question 2 of 5/)
    await page.getByLabel(/In your own words/).fill('Some days I can’t go on.')
    await on()
    // Where help is now is shown at once, and the request goes on.
    assert.match(await check('help now'), /You do not have to cope alone.*999.*111.*116 123.*question 3 of 5/s)

    // Somebody who closes the page finds their answers behind the same address.
    await page.goto('about:blank')
    await page.goto(own)
    assert.match(await page.textContent('main'), /question 3 of 5/)
    await page.getByRole('link', { name: 'Back', exact: true }).click()
    assert.equal(await page.getByLabel(/In your own words/).inputValue(), 'Some days I can’t go on.')
    await page.getByLabel(/In your own words/).fill('I used to play the piano.')
    await on()
    assert.doesNotMatch(await check('name'), /cope alone/)
    await on()
    assert.match(await check('name, empty'), /Enter your first name.*Enter your family name/s)
    await page.getByLabel('First name').fill('Ottoline')
    await page.getByLabel('Family name').fill(`Birtwhistle-${width}`)
    await on()

    await check('born')
    await page.getByLabel('Day').fill('1'); await page.getByLabel('Month').fill('2'); await page.getByLabel('Year').fill('2014')
    await on()
    // A child is refused kindly, with somebody to ring.
    assert.match(await check('born, a child'), /Childline free on 0800 1111/)
    await page.getByLabel('Year').fill('1948')
    await on()

    assert.match(await check('reach'), /question 5 of 5.*How can we reach you safely/s)
    await page.getByLabel('A phone call').check()
    await on()
    assert.match(await check('reach, no number'), /Enter your phone number/)
    await page.getByLabel('Phone number').fill('01632 960 188')
    await page.getByLabel(/When is a good time/).fill('Mornings')
    await page.getByLabel(/What helps you to understand us/).fill('Large print, please')
    await on()

    assert.match(await check('check'), /Check your answers.*I am on my own too much; Getting out and about.*piano.*1 February 1948.*01632 960 188.*Mornings.*What helps to understand.*Large print, please/s)
    await page.getByRole('link', { name: /Change name/ }).click()
    assert.match(await page.textContent('main'), /question 3 of 5/)
    await on()
    // A good answer that was made wrong is asked again: it is not sent empty.
    await page.getByRole('link', { name: /Change born/ }).click()
    await page.getByLabel('Month').fill('13')
    await on()
    await page.goto(own)
    assert.match(await page.textContent('main'), /question 4 of 5/)
    await page.getByLabel('Month').fill('2')
    await on()
    await page.getByRole('button', { name: /^Send to Wexley Vale/ }).click()
    const status = await check('status')
    assert.match(status, /We have your request.*You do not need to do anything.*Somebody reads it.*Your reference: FP/s)
    assert.equal(page.url(), own)
    const reference = status.match(/FP \w{4} \w{2}/)[0]
    // Another time, while nobody has answered: it stands beside what was said before.
    await page.getByText('Ring me at another time').click()
    await page.getByRole('button', { name: 'Tell them' }).click()
    assert.match(await check('another time, empty'), /Write when or how we should reach you/)
    await page.getByLabel('When and how suits you?').fill('Not on Tuesdays')
    await page.getByRole('button', { name: 'Tell them' }).click()
    assert.match(await check('another time'), /We have noted it/)
    await page.getByRole('link', { name: 'Back to your request' }).click()

    // Triage: it stands there by itself, and no practice is in it.
    const josephine = await open(engine, server, how)
    await signInAs(josephine, /Josephine Carr/)
    await josephine.getByRole('link', { name: /Referrals/ }).first().click()
    assert.match(await josephine.textContent('main'), /Asked themself.*People can ask for help themselves at http\S+\/self-referral\/wexley/s)
    await accessible(josephine, 'triage with self-referrals', { javaScriptEnabled }); await picture(josephine, `ask-triage-${width}`)
    await josephine.getByRole('link', { name: new RegExp(`Ottoline Birtwhistle-${width}`) }).click()
    await accessible(josephine, 'a self-referral at triage', { javaScriptEnabled }); await picture(josephine, `ask-triage-one-${width}`)
    assert.match(await josephine.textContent('main'), /Mornings.*Not on Tuesdays/s)
    assert.match(await josephine.textContent('main'), new RegExp(`${reference}.*Risks not asked.*piano.*Asked themself`, 's'))
    // The second time somebody of nearly the same name, born on the same day, is here: triage is asked, and says that it is another.
    if (!javaScriptEnabled) {
      assert.match(await josephine.textContent('main'), /Ottoline Birtwhistle-1280, born.*Same date of birth, nearly the same name: look closely/s)
      await josephine.getByLabel('Somebody new').check()
    }
    await josephine.getByLabel('Maya Okonkwo').check()
    await josephine.getByRole('button', { name: 'Accept' }).click()

    await page.reload()
    assert.match(await check('status, accepted'), /Maya will be in touch by.*It was read\. Maya Okonkwo takes it up.*01632\s960\s200/s)
    assert.equal(await page.getByRole('button', { name: /changed my mind|Tell them/ }).count(), 0)
    assert.ok(await valid([page, josephine]) > 15)
  })
}

test('a carer asks, and nothing is sent without the person’s yes', async () => {
  const page = await open(engine, server, { width: 320, javaScriptEnabled: false })
  const on = () => page.getByRole('button', { name: 'Continue' }).click()
  await page.goto(server.address + ASK)
  await page.getByLabel('Somebody I look after or know well').check()
  await page.getByRole('button', { name: 'Start' }).click()
  await accessible(page, 'carer', { javaScriptEnabled: false }); await picture(page, 'ask-carer-320')
  await page.getByLabel('Your name').fill('Sam Bell')
  await page.getByLabel('Who you are to them').fill('her son')
  await page.getByLabel('Your phone number').fill('01632 960 111')
  await page.getByLabel('No, I have not asked them yet').check()
  await on()
  assert.match(await page.textContent('main'), /Ask them first/)
  await page.getByLabel('Yes, and they want this').check()
  await on()
  await page.getByLabel('I would rather say it to a person').check()
  await on(); await on()
  await page.getByLabel('First name').fill('Edna'); await page.getByLabel('Family name').fill('Bell')
  await on()
  await page.getByLabel('Day').fill('3'); await page.getByLabel('Month').fill('4'); await page.getByLabel('Year').fill('1936')
  await on()
  await page.getByLabel('Letter').check()
  await on()
  assert.match(await page.textContent('main'), /Enter their address.*Enter their postcode/s)
  await page.getByLabel('Address', { exact: true }).fill('1 Mill Row'); await page.getByLabel('Postcode').fill('WX4 2TN')
  await on()
  await page.getByRole('button', { name: /^Send to/ }).click()
  await accessible(page, 'carer, sent', { javaScriptEnabled: false })
  assert.match(await page.textContent('main'), /We have your request/)
  // A change of mind before it is read.
  await page.getByRole('button', { name: /changed my mind/ }).click()
  await accessible(page, 'taken back', { javaScriptEnabled: false }); await picture(page, 'ask-taken-back-320')
  assert.match(await page.textContent('main'), /Your request is taken back/)
})

test('answers that are stopped are gone, and a machine that fills everything in begins nothing', async () => {
  const page = await open(engine, server, { width: 1280, javaScriptEnabled: false })
  await page.goto(server.address + ASK)
  await page.getByLabel('Me', { exact: true }).check()
  await page.getByRole('button', { name: 'Start' }).click()
  const own = page.url()
  await page.getByRole('button', { name: 'Stop and delete my answers' }).click()
  assert.match(await page.textContent('main'), /Nothing was sent, and your answers are deleted/)
  assert.equal((await page.goto(own)).status(), 404)
  await page.goto(server.address + ASK)
  const csrf = await page.locator('input[name=csrf]').getAttribute('value')
  const body = { csrf, who: 'oneself', website: 'https://buy.example' }
  const answer = await page.request.post(server.address + ASK, { form: body, maxRedirects: 0 })
  assert.equal(answer.status(), 422)
})
