//! People who ask for help themselves: two wait at triage, one has not finished yet.

use fingerpost_domain::calendar::{instant_at, plus_days};
use fingerpost_domain::self_referral::{Question, ReferralSource, SelfReferralAnswers, questions};
use fingerpost_domain::{Date, Timestamp};
use fingerpost_store::Store;

use crate::DemoError;
use crate::places::Cast;

fn answers(
    (given, family, born): (&str, &str, [&str; 3]),
    (hard, words): (&[&str], &str),
    (phone, guidance): (&str, &str),
) -> SelfReferralAnswers {
    let [born_day, born_month, born_year] = born.map(str::to_owned);
    SelfReferralAnswers {
        hard: hard.iter().map(|code| (*code).to_owned()).collect(),
        words: words.to_owned(),
        given: given.to_owned(),
        family: family.to_owned(),
        born_day,
        born_month,
        born_year,
        reach: "phone".to_owned(),
        phone: phone.to_owned(),
        guidance: guidance.to_owned(),
        ..SelfReferralAnswers::default()
    }
}

/// Asks the scheme of the place through its own door, up to a question or to the end.
async fn ask(
    store: &Store,
    cast: &Cast,
    (source, given): (ReferralSource, SelfReferralAnswers),
    (until, at): (Option<Question>, Timestamp),
) -> Result<(), DemoError> {
    let scheme = store.open_scheme(&cast.scheme.slug).await?;
    let token = store.begin_asking(&scheme, source, at).await?;
    let link = store.live_link(&token, at).await?.ok_or(DemoError::Refused("link"))?;
    let asked = questions(source).iter().take_while(|question| Some(**question) != until);
    for question in asked {
        store
            .keep_answers(&link, at, |answers| {
                let answered = std::mem::take(&mut answers.answered);
                *answers = SelfReferralAnswers { answered, ..given.clone() };
                answers.note(*question);
            })
            .await?;
    }
    if until.is_none() {
        let today = fingerpost_domain::calendar::day_of(at);
        let ready = given
            .check(source, (&scheme.terms, today))
            .map_err(|_| DemoError::Refused("somebody who asks themself"))?;
        store.send_asking(&link, &ready, at).await?;
    }
    Ok(())
}

/// Everybody who asks.
pub(crate) async fn tell(store: &Store, cast: &Cast, today: Date) -> Result<(), DemoError> {
    let rosa = answers(
        ("Rosa", "Quillfeather", ["12", "3", "1958"]),
        (
            &["company", "loss"],
            "My husband died in May. The evenings are the worst. I used to play the piano at school.",
        ),
        ("01632 960 171", "After 10, I sleep badly"),
    );
    let yesterday = instant_at(plus_days(today, -1), 19);
    ask(store, cast, (ReferralSource::Oneself, rosa), (None, yesterday)).await?;
    let father = SelfReferralAnswers {
        asker_name: "Dev Marchbanks".to_owned(),
        asker_is: "his son".to_owned(),
        asker_phone: "01632 960 172".to_owned(),
        knows: "yes".to_owned(),
        ..answers(
            ("Harish", "Marchbanks", ["30", "9", "1941"]),
            (&["active", "talk"], ""),
            ("01632 960 173", "He hears badly: let it ring"),
        )
    };
    ask(store, cast, (ReferralSource::Carer, father), (None, instant_at(today, 7))).await?;
    let unfinished = answers(("Lou", "Ashdown", ["1", "1", "1990"]), (&["money"], ""), ("01632 960 174", ""));
    ask(store, cast, (ReferralSource::Oneself, unfinished), (Some(Question::Name), instant_at(today, 8))).await
}
