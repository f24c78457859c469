// How a scheme takes people up: what it sets and who reads it, link workers who speak for themselves, who is met at a practice, and
// what became of those who were referred.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { accessible, browser, fileBehind, neighbourhood, open, picture, run, signInAs, valid } from './support.mjs'

let server, engine
before(async () => { server = await neighbourhood(); engine = await browser() })
after(async () => { await engine?.close(); await server?.stop() })

const main = (page) => page.textContent('main')

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  const at = `at ${width} px ${javaScriptEnabled ? 'with' : 'without'} JavaScript`
  const check = (page, where) => accessible(page, where, { javaScriptEnabled })

  test(`a scheme that is full says so, and what to do instead, ${at}`, async () => {
    const josephine = await open(engine, server, how)
    const set = async (state, instead) => {
      await josephine.getByRole('link', { name: 'Taking people up' }).click()
      await josephine.getByLabel(state, { exact: typeof state === 'string' }).check()
      await josephine.getByLabel('What people can do instead').fill(instead)
      await josephine.getByRole('button', { name: 'Save' }).click()
    }
    await signInAs(josephine, /Josephine Carr/)
    await josephine.getByRole('link', { name: 'Taking people up' }).click(); await check(josephine, 'intake'); await picture(josephine, `intake-${width}`)
    await set(/nearly full/, '')
    assert.match(await main(josephine), /There is a problem.*Say what people can do instead/s); await check(josephine, 'intake, wrong')
    await josephine.getByLabel('Postcodes you serve').fill('Wexley')
    await josephine.getByLabel('Working days after which they are asked again').fill('many')
    await josephine.getByRole('button', { name: 'Save' }).click()
    assert.match(await main(josephine), /no beginning of a postcode.*Enter a whole number from 0 to 60/s)
    await set(/nearly full/, 'Ring the council’s wellbeing line on 01632 960 500.')
    await josephine.getByLabel('Postcodes you serve').fill('')
    await josephine.getByLabel('Working days after which they are asked again').fill('3')
    await josephine.getByLabel('Criterion 3').fill('Lives at home')
    await josephine.getByRole('button', { name: 'Save' }).click()
    assert.match(await main(josephine), /Saved\. It counts from now on/)

    const anil = await open(engine, server, how)
    await signInAs(anil, /Dr Anil Ferreira/)
    await anil.goto(server.address + '/o/Z90001/refer'); await check(anil, 'who, nearly full')
    assert.match(await main(anil), /nearly full: send only people who cannot wait.*01632 960 500/s)
    await anil.getByLabel('First name').fill('Aurelia'); await anil.getByLabel('Family name').fill(`Quist ${width}`)
    for (const [label, text] of [['Day', '4'], ['Month', '6'], ['Year', '1951']]) await anil.getByLabel(label, { exact: true }).fill(text)
    await anil.getByLabel('Phone', { exact: true }).fill('01632 960 444')
    await anil.getByLabel('NHS number').fill(width === 1280 ? '999 123 4560' : '')
    await anil.getByRole('button', { name: 'Continue' }).click()
    if (/NHS number/.test(await main(anil)) && await anil.getByText('Check the NHS number').count()) {
      await anil.getByLabel('NHS number').fill(''); await anil.getByRole('button', { name: 'Continue' }).click()
    }
    await anil.getByText('Whom Wexley Vale Social Prescribing helps').click()
    assert.match(await main(anil), /They know about it and want it themselves\. Otherwise: Talk with them first.*Lives at home/s)
    assert.match(await main(anil), /Maya Okonkwo.*Helps with.*Getting out again/s)
    await check(anil, 'form, nearly full'); await picture(anil, `refer-nearly-full-${width}`)
    const form = anil.url()

    // Somebody asks for themself, and has answered everything.
    const early = await open(engine, server, how)
    const on = () => early.getByRole('button', { name: 'Continue' }).click()
    await early.goto('/self-referral/wexley-vale-social-prescribing')
    await early.getByLabel('Me', { exact: true }).check(); await early.getByRole('button', { name: 'Start' }).click()
    await early.getByLabel('I am on my own too much').check(); await on(); await on()
    await early.getByLabel('First name').fill('Odile'); await early.getByLabel('Family name').fill(`Fennimore ${width}`); await on()
    for (const [label, text] of [['Day', '1'], ['Month', '2'], ['Year', '1948']]) await early.getByLabel(label).fill(text)
    await on()
    await early.getByLabel('A phone call').check(); await early.getByLabel('Phone number').fill('01632 960 188'); await on()

    // It becomes full while the form is open: nothing is sent, nothing is lost.
    await set(/nobody for now/, 'Ring the council’s wellbeing line on 01632 960 500.')
    await anil.getByLabel('Company, feeling lonely').check()
    await anil.getByLabel(/Phone 01632 960 444/).check()
    await anil.getByLabel('None known to me').check()
    await anil.getByText('I write this for a colleague').click()
    await anil.getByLabel('For whom').fill('Chidi Nwosu')
    await anil.getByLabel(/Yes, and to sharing this page/).check()
    await anil.getByRole('button', { name: /^Send to/ }).click()
    assert.match(await main(anil), /Nothing was sent: the scheme takes nobody for now.*is full and takes nobody for now.*01632 960 500/s)
    await check(anil, 'form, full'); await picture(anil, `refer-full-${width}`)
    await anil.getByLabel(/Not asked yet/).check()
    await anil.getByRole('button', { name: /^Send to/ }).click()
    assert.match(await main(anil), /Saved, and nothing was sent/)
    await early.getByRole('button', { name: /^Send to/ }).click(); await check(early, 'asked, full'); await picture(early, `ask-check-full-${width}`)
    assert.match(await main(early), /cannot take anybody new just now.*01632 960 500.*Nothing was sent. Your answers are kept/s)
    assert.equal(await early.getByRole('button', { name: /^Send to/ }).count(), 0)

    // Somebody who would ask themself reads it before the first question.
    const stranger = await open(engine, server, how)
    await josephine.getByRole('link', { name: /^Referrals/ }).first().click()
    const ask = (await main(josephine)).match(/http\S+\/self-referral\/[\w-]+/)[0]
    await stranger.goto(ask); await check(stranger, 'asking a full scheme'); await picture(stranger, `ask-full-${width}`)
    assert.match(await main(stranger), /We cannot take anybody new just now.*01632 960 500/s)
    assert.equal(await stranger.getByRole('button', { name: 'Start' }).count(), 0)

    await set('We take people', '')
    await early.reload(); await early.getByRole('button', { name: /^Send to/ }).click()
    assert.match(await main(early), /We have your request/)
    await anil.goto(form)
    assert.doesNotMatch(await main(anil), /nearly full|is full/)
    await anil.getByLabel(/Yes, and to sharing this page/).check()
    await anil.getByRole('button', { name: /^Send to/ }).click()
    assert.match(await main(anil), /Sent to Wexley Vale/)
    assert.match(await main(anil), /Dr Anil Ferreira, for Chidi Nwosu/)

    // Triage: each criterion with what was found, and who could take her up, the most fitting first.
    await josephine.getByRole('link', { name: /^Referrals/ }).first().click()
    await josephine.getByRole('link', { name: `Aurelia Quist ${width}` }).click(); await check(josephine, 'triage with criteria'); await picture(josephine, `triage-criteria-${width}`)
    assert.match(await main(josephine), /Whom you help.*Aged 18 and over.*Is 7\d.*Met.*They know about it and want it themselves.*Otherwise: Talk with them first.*Ask.*Lives at home/s)
    assert.match(await main(josephine), /Who takes it up\?\s*Maya Okonkwo\s*Works in this practice\. Knows well: company, feeling lonely/s)
    await josephine.getByLabel('Maya Okonkwo').check()
    await josephine.getByRole('button', { name: 'Accept' }).click()

    // What was set before stands there; a form that was open meanwhile does not undo what a colleague set.
    await josephine.getByRole('link', { name: 'Taking people up' }).click()
    await josephine.getByText('What was set before').click()
    assert.match(await main(josephine), /by Josephine Carr: We are full: nobody for now; instead: Ring the council.*criterion: Lives at home/s)
    const other = await open(engine, server, how)
    await signInAs(other, /Josephine Carr/)
    await other.getByRole('link', { name: 'Taking people up' }).click()
    await other.getByLabel('Criterion 3').fill('')
    await other.getByRole('button', { name: 'Save' }).click()
    await josephine.getByLabel(/Months after the end/).fill('6')
    await josephine.getByRole('button', { name: 'Save' }).click(); await check(josephine, 'intake, changed meanwhile')
    assert.match(await main(josephine), /Somebody else has set something since you opened this page/)
    await josephine.getByRole('link', { name: 'Taking people up' }).click()
    assert.equal(await josephine.getByLabel(/Months after the end/).inputValue(), '3')
    assert.ok(await valid([josephine, anil, stranger]) > 10)
  })

  test(`a link worker says who they are, and patients meet who agreed, ${at}`, async () => {
    const maya = await open(engine, server, how)
    await signInAs(maya, /Maya Okonkwo/)
    await maya.getByRole('link', { name: 'Profiles' }).click(); await check(maya, 'own profile'); await picture(maya, `profile-${width}`)
    assert.match(await main(maya), /What people read about me/)
    await maya.getByLabel(/What I help with/).fill('Getting out again, and a good laugh')
    await maya.getByLabel('How many people at once').fill('0')
    await maya.getByRole('button', { name: 'Save' }).click(); await check(maya, 'profile, wrong')
    assert.match(await main(maya), /from 1 to 400/)
    await maya.getByLabel('How many people at once').fill('30')
    await maya.getByRole('button', { name: 'Save' }).click()
    assert.match(await main(maya), /Saved\. It is read like this/)

    // A picture needs a yes of its own, and is a picture.
    const png = await maya.locator('h1').screenshot()
    const choose = async (buffer, mimeType, name, yes) => {
      await maya.getByLabel(/^Add one|^Another one/).setInputFiles({ name, mimeType, buffer })
      if (yes) await maya.getByLabel(/that it is shown to whoever refers/).check()
      await maya.getByRole('button', { name: 'Show this picture' }).click()
    }
    if (await maya.getByRole('button', { name: 'Take the picture away' }).count()) await maya.getByRole('button', { name: 'Take the picture away' }).click()
    await choose(png, 'image/png', 'me.png', false)
    assert.match(await main(maya), /Tick that it may be shown/); await check(maya, 'picture without a yes')
    await choose(Buffer.from('<svg onload="alert(1)"></svg>'), 'image/png', 'me.png', true)
    assert.match(await main(maya), /not a JPEG or PNG that we can read/)
    await choose(png, 'image/png', 'me.png', true)
    assert.match(await main(maya), /The picture is shown from now on/); await check(maya, 'profile with a picture'); await picture(maya, `profile-picture-${width}`)

    const anil = await open(engine, server, how)
    await signInAs(anil, /Dr Anil Ferreira/)
    const seen = await anil.request.get(new URL(await maya.getByAltText('The picture that is shown').getAttribute('src'), server.address).href.replace(/\/o\/[^/]+\//, '/o/Z90001/'))
    assert.equal(seen.status(), 200)
    assert.equal(seen.headers()['content-type'], 'image/jpeg')

    const patient = await open(engine, server, how)
    await maya.getByRole('link', { name: 'Millrace Surgery' }).click()
    const meet = maya.url()
    await patient.goto(meet); await check(patient, 'meet'); await picture(patient, `meet-${width}`)
    assert.match(await main(patient), /Millrace Surgery.*Meet your link worker.*Maya Okonkwo.*a good laugh.*Tuesdays and Thursdays/s)
    assert.doesNotMatch(await main(patient), /Leila/)
    assert.equal(await patient.locator('.fp-worker img').evaluate((image) => image.naturalWidth), 256)
    await patient.getByRole('link', { name: 'A poster of this page' }).click(); await check(patient, 'poster'); await picture(patient, `meet-poster-${width}`)
    assert.match(await main(patient), /Maya Okonkwo.*or scan this.*\/meet\/Z90001/s)

    // Taken back, she is met by nobody, and her picture is not there either.
    const src = await (await patient.goto(meet), patient.locator('.fp-worker img').getAttribute('src'))
    await maya.goto(server.address); await maya.getByRole('link', { name: 'Profiles' }).click()
    await maya.getByLabel(/anybody may see name/).uncheck()
    await maya.getByRole('button', { name: 'Save' }).click()
    await patient.goto(meet); await check(patient, 'meet, nobody')
    assert.doesNotMatch(await main(patient), /Maya/)
    assert.equal((await patient.request.get(new URL(src, server.address).href)).status(), 404)
    await maya.getByLabel(/anybody may see name/).check()
    await maya.getByRole('button', { name: 'Save' }).click()
    assert.equal((await patient.goto(`${server.address}/meet/nowhere`)).status(), 404)

    const josephine = await open(engine, server, how)
    await signInAs(josephine, /Josephine Carr/)
    await josephine.getByRole('link', { name: 'Profiles' }).click(); await check(josephine, 'profiles')
    await josephine.getByRole('link', { name: 'Leila Farouk' }).click(); await check(josephine, 'profile of another')
    assert.match(await main(josephine), /What people read about Leila Farouk/)
    // Another's yes is theirs alone: the supervisor may take it out, and not put it in.
    const yes = josephine.getByLabel(/Leila Farouk agrees that anybody may see/)
    if (await yes.count()) {
      await yes.uncheck()
      await josephine.getByRole('button', { name: 'Save' }).click()
    }
    assert.match(await main(josephine), /only Leila Farouk can say that they may/); await check(josephine, 'profile of another, not shown')
    assert.ok(await valid([maya, patient, josephine]) > 8)
  })

  test(`a manager reads what became of those who were referred, ${at}`, async () => {
    const helen = await open(engine, server, how)
    await signInAs(helen, /Helen Tranter/)
    await helen.getByRole('link', { name: 'Flow' }).click()
    await helen.getByRole('link', { name: /What became of those we referred/ }).click(); await check(helen, 'became'); await picture(helen, `became-${width}`)
    const text = await main(helen)
    assert.match(text, /\d+ referrals were sent in the last 12 months.*Where they stand now.*Accepted.*Against your own records.*871731000000106/s)
    const ready = Number(text.match(/Ready here: (\d+)/)[1])
    await helen.getByLabel('Referral codes in your records').fill(String(ready - 2))
    await helen.getByLabel('Declined codes in your records').fill('lots')
    await helen.getByRole('button', { name: 'Compare' }).click(); await check(helen, 'became, wrong')
    assert.match(await main(helen), /Enter a whole number, such as 12/)
    await helen.getByLabel('Declined codes in your records').fill('999')
    await helen.getByRole('button', { name: 'Compare' }).click()
    assert.match(await main(helen), /2 codes fewer in your records.*more in your records: look for one filed twice/s)
    assert.match(await helen.getByLabel('Words to copy').inputValue(), /Millrace Surgery works with a link worker.*(about|a few|no) .*people/s)
    const month = await helen.getByLabel('When they were sent').locator('option').nth(2).getAttribute('value')
    await helen.getByLabel('When they were sent').selectOption(month)
    await helen.getByRole('button', { name: 'Show' }).click(); await check(helen, 'became, a month')
    assert.match(await main(helen), /sent in \w+ 20\d\d/)
    assert.equal((await helen.goto(`${server.address}/o/Z90001/became?month=nonsense`)).status(), 404)
    // Others of the practice do not read it.
    const anil = await open(engine, server, how)
    await signInAs(anil, /Dr Anil Ferreira/)
    assert.equal((await anil.goto(`${server.address}/o/Z90001/became`)).status(), 404)
    assert.ok(await valid([helen]) > 4)
  })

  test(`a letter is seen before it goes, ${at}`, async () => {
    const maya = await open(engine, server, how)
    await signInAs(maya, /Maya Okonkwo/)
    await maya.getByRole('link', { name: 'Peggy Alderthwaite' }).first().click()
    const before = await main(maya)
    await maya.getByRole('link', { name: 'Close the case' }).click()
    await maya.getByLabel(/What continues, and who to call/).fill('The choir on Tuesdays')
    await maya.getByLabel('What they wanted has happened', { exact: true }).check()
    await maya.getByLabel('A summary').check()
    await maya.getByRole('button', { name: 'See the letter first' }).click(); await check(maya, 'closing letter, before'); await picture(maya, `close-preview-${width}`)
    assert.match(await main(maya), /would read.*Nothing has been sent, and nothing is saved yet.*Plan and requested actions.*The choir on Tuesdays/s)
    await maya.getByLabel(/Only the codes/).check()
    await maya.getByRole('button', { name: 'See the letter first' }).click()
    const little = await maya.locator('#letter').textContent()
    assert.match(little, /The person did not share more than this/)
    assert.doesNotMatch(little, /choir/)
    await maya.getByLabel('Nothing', { exact: true }).check()
    await maya.getByRole('button', { name: 'See the letter first' }).click()
    assert.match(await main(maya), /No letter would go/)
    await maya.getByRole('link', { name: 'Back to the case' }).click()
    assert.equal((await main(maya)).includes('Close the case'), before.includes('Close the case'), 'the case is still open')
  })
}

test('somebody who asked themself and was turned down is told by a person', async () => {
  const stranger = await open(engine, server, { width: 320, javaScriptEnabled: false })
  const josephine = await open(engine, server)
  await signInAs(josephine, /Josephine Carr/)
  await josephine.getByRole('link', { name: /^Referrals/ }).first().click()
  const ask = (await main(josephine)).match(/http\S+\/self-referral\/[\w-]+/)[0]
  await stranger.goto(ask)
  const on = () => stranger.getByRole('button', { name: 'Continue' }).click()
  await stranger.getByLabel('Me', { exact: true }).check()
  await stranger.getByRole('button', { name: 'Start' }).click()
  await stranger.getByRole('checkbox').first().check(); await on()
  await on()
  await stranger.getByLabel('First name').fill('Ignatius'); await stranger.getByLabel('Family name').fill('Pell'); await on()
  for (const [label, text] of [['Day', '1'], ['Month', '2'], ['Year', '1948']]) await stranger.getByLabel(label).fill(text)
  await on()
  await stranger.getByLabel('A phone call').check(); await on()
  await stranger.getByLabel('Phone number').fill('01632 960 177'); await on()
  await stranger.getByRole('button', { name: /^Send to/ }).click()

  await josephine.reload()
  await josephine.getByRole('link', { name: 'Ignatius Pell' }).click()
  await josephine.getByText('Do not accept it').click()
  await josephine.getByLabel('Lives outside our area').check()
  await josephine.getByLabel('What they can do instead').fill('Ring Kelder Link on 01632 960 600. They serve your street.')
  await josephine.getByRole('button', { name: 'Send this answer' }).click()
  assert.match(await main(josephine), /Still to be told.*Ignatius Pell.*Asked themself/s)
  await accessible(josephine, 'still to be told'); await picture(josephine, 'triage-untold-1280')
  await josephine.getByRole('link', { name: 'Ignatius Pell' }).click()
  await accessible(josephine, 'to be told'); await picture(josephine, 'triage-to-tell-1280')
  assert.match(await main(josephine), /Ignatius is to be told.*Kelder Link/s)
  await josephine.getByRole('button', { name: 'I have told them' }).click()
  assert.match(await main(josephine), /Noted: they have been told/)
  assert.doesNotMatch(await main(josephine), /Still to be told/)
})

test('a referral that was taken back says so to whoever comes later', async () => {
  const anil = await open(engine, server)
  await signInAs(anil, /Dr Anil Ferreira/)
  await anil.goto(server.address + '/o/Z90001/refer')
  await anil.getByLabel('First name').fill('Marguerite'); await anil.getByLabel('Family name').fill('Loft')
  for (const [label, text] of [['Day', '4'], ['Month', '6'], ['Year', '1951']]) await anil.getByLabel(label, { exact: true }).fill(text)
  await anil.getByLabel('Phone', { exact: true }).fill('01632 960 445')
  await anil.getByLabel('NHS number').fill('999 000 0018')
  await anil.getByRole('button', { name: 'Continue' }).click()
  await anil.getByLabel('Company, feeling lonely').check()
  await anil.getByLabel(/Phone 01632 960 445/).check()
  await anil.getByLabel('None known to me').check()
  await anil.getByLabel(/Yes, and to sharing this page/).check()
  await anil.getByRole('button', { name: /^Send to/ }).click()
  const josephine = await open(engine, server)
  await signInAs(josephine, /Josephine Carr/)
  await josephine.getByRole('link', { name: /^Referrals/ }).first().click()
  const one = josephine.getByRole('link', { name: 'Marguerite Loft' })
  const address = new URL(await one.getAttribute('href'), server.address).href
  await anil.getByRole('button', { name: 'Take this referral back' }).click()
  assert.match(await main(anil), /None: no episode began.*entered in error/s)
  await josephine.goto(address); await accessible(josephine, 'taken back')
  assert.match(await main(josephine), /This referral was taken back/)
  assert.doesNotMatch(await main(josephine), /Marguerite/)

  // The number alone finds whom he sent before, and nobody of a colleague's.
  await anil.goto(server.address + '/o/Z90001/refer')
  await anil.getByLabel('NHS number').fill('999 000 0018')
  await anil.getByRole('button', { name: 'Continue' }).click()
  assert.match(await main(anil), /Filled in from the referral that you sent/)
  assert.equal(await anil.getByLabel('Family name').inputValue(), 'Loft')
  const chidi = await open(engine, server)
  await signInAs(chidi, /Chidi Nwosu/)
  await chidi.goto(server.address + '/o/Z90001/refer')
  await chidi.getByLabel('NHS number').fill('999 000 0018')
  await chidi.getByRole('button', { name: 'Continue' }).click()
  assert.doesNotMatch(await main(chidi), /Filled in/)
  assert.match(await main(chidi), /There is a problem/)
})

for (const how of [{ width: 1280, javaScriptEnabled: true }, { width: 320, javaScriptEnabled: false }]) {
  const { width, javaScriptEnabled } = how
  test(`slips with a number, a text to a phone, paper: at ${width} px ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const check = (page, where) => accessible(page, where, { javaScriptEnabled })
    const chidi = await open(engine, server, how)
    await signInAs(chidi, /Chidi Nwosu/)
    await chidi.getByRole('link', { name: 'Signpost', exact: true }).click()
    const service = (await chidi.locator('.fp-tile strong').first().textContent()).trim()
    await chidi.locator('.fp-tile').first().click()
    await chidi.getByRole('button', { name: 'I text it to them' }).click(); await check(chidi, 'text'); await picture(chidi, `text-slip-${width}`)
    assert.match(await main(chidi), /The number is used for this one text.*Millrace Surgery told you about/s)
    const before = new Set(readdirSync(join(server.data.path, 'outbox')))
    for (const [number, told] of [['', /Enter a phone number|phone/i], ['01632 960 144', /texts do not reach this one/]]) {
      await chidi.getByLabel('Their mobile number').fill(number)
      await chidi.getByRole('button', { name: 'Send it' }).click()
      assert.match(await main(chidi), told); await check(chidi, 'text, wrong')
    }
    await chidi.getByLabel('Their mobile number').fill('07700 900123')
    await chidi.getByRole('button', { name: 'Send it' }).click()
    assert.match(await main(chidi), /by text.*The text has left/s)
    assert.doesNotMatch(chidi.url(), /07700/)
    const sent = readdirSync(join(server.data.path, 'outbox')).filter((name) => !before.has(name) && name.endsWith('.txt'))
    assert.equal(sent.length, 1)
    assert.match(readFileSync(join(server.data.path, 'outbox', sent[0]), 'utf8'), /To: 07700 900123\n\nMillrace Surgery told you about/)
    // The number is in no table and in no log.
    assert.doesNotMatch(server.log(), /07700|900123/)
    const held = await run(['export', 'everything', '--data', server.data.path, join(server.data.path, `all-${width}`)])
    assert.equal(held.code, 0, held.err)
    for (const name of readdirSync(join(server.data.path, `all-${width}`))) {
      assert.ok(!readFileSync(join(server.data.path, `all-${width}`, name), 'utf8').includes('900123'), name)
    }

    // The slip says what to expect; a sheet of numbers leads somebody to the same.
    await chidi.getByRole('radio').first().check({ force: true })
    await chidi.getByRole('button', { name: 'I print it for them' }).click(); await check(chidi, 'slip')
    assert.match(await main(chidi), /When you arrive.*Millrace Surgery told me about you/s)
    await chidi.getByRole('link', { name: 'Signpost somebody' }).click()
    await chidi.getByRole('link', { name: /A poster for your waiting room/ }).click()
    if (await chidi.getByRole('button', { name: /^Make a code/ }).count()) await chidi.getByRole('button', { name: /^Make a code/ }).click()
    await chidi.getByRole('button', { name: 'Make a sheet of numbered slips' }).click(); await check(chidi, 'slips'); await picture(chidi, `slips-${width}`)
    const card = chidi.locator('.fp-slipcard').first()
    const [named, number, address] = [await card.locator('h2').textContent(), await card.locator('.fp-slipcard__number').textContent(), await card.locator('strong').textContent()]
    const patient = await open(engine, server, how)
    await patient.goto(address)
    await patient.getByText('I have a slip with a number').click()
    await patient.getByLabel('The number on your slip').fill('7')
    await patient.getByRole('button', { name: 'Show it' }).click(); await check(patient, 'no such slip')
    assert.match(await main(patient), /There is no slip with this number here/)
    await patient.getByLabel('The number on your slip').fill(number.trim())
    await patient.getByRole('button', { name: 'Show it' }).click(); await check(patient, 'by number'); await picture(patient, `slip-by-number-${width}`)
    assert.equal((await patient.locator('h1').textContent()).trim(), named.trim())
    assert.ok(service.length > 3)

    // The form on paper, and a referral as it was sent.
    await chidi.goto(server.address + '/o/Z90001/refer')
    await chidi.getByRole('link', { name: 'The form on paper' }).click(); await check(chidi, 'on paper'); await picture(chidi, `refer-paper-${width}`)
    assert.match(await main(chidi), /Not for emergencies.*What would help\?.*Have they agreed\?/s)
    const anil = await open(engine, server, how)
    await signInAs(anil, /Dr Anil Ferreira/)
    await anil.getByRole('link', { name: 'People sent' }).click()
    await anil.getByRole('link', { name: 'Peggy Alderthwaite' }).first().click()
    const file = await fileBehind(anil, anil.getByRole('link', { name: 'Save the referral as PDF' }))
    assert.deepEqual([file.status, file.type, file.head], [200, 'application/pdf', '%PDF-'])
    assert.ok(await valid([chidi, patient]) > 6)
  })
}

test('a mistyped number is put right, and never to somebody else’s', async () => {
  const maya = await open(engine, server)
  await signInAs(maya, /Maya Okonkwo/)
  const others = maya.locator('main a[href*="/cases/"]').filter({ hasNotText: 'Peggy' })
  const other = new URL(await others.last().getAttribute('href'), server.address).href
  await maya.goto(other)
  const taken = (await main(maya)).match(/NHS number (\d{3}\s\d{3}\s\d{4})/)?.[1]
  await maya.goto(server.address)
  await maya.getByRole('link', { name: 'Peggy Alderthwaite' }).first().click()
  await maya.getByRole('link', { name: /^Put right/ }).click(); await accessible(maya, 'who'); await picture(maya, 'who-1280')
  await maya.getByLabel('First name').fill('')
  await maya.getByLabel('NHS number').fill('999 000 0019')
  await maya.getByRole('button', { name: 'Save' }).click(); await accessible(maya, 'who, wrong')
  assert.match(await main(maya), /Enter their first name.*one of its digits is wrong/s)
  await maya.getByLabel('First name').fill('Margaret Rose')
  if (taken) {
    await maya.getByLabel('NHS number').fill(taken)
    await maya.getByRole('button', { name: 'Save' }).click()
    assert.match(await main(maya), /belongs to somebody else who is here/)
  }
  await maya.getByLabel('NHS number').fill('')
  await maya.getByRole('button', { name: 'Save' }).click()
  assert.match(await main(maya), /The name stands like this everywhere.*Margaret Rose Alderthwaite/s)
})
