//! Statistics for evaluating social prescribing: pure functions on plain slices, usable by any Rust program. They know nothing
//! of social prescribing, read no file and no clock, and refuse in words rather than print a number that does not hold.
//!
//! Every method has two doors: a typed function (`rate::rate(events, population, per, level)`), and an [`answer::Answer`] that
//! puts the same numbers into the one shape in which they are printed, stored and drawn.
//!
//! | question | method, as the answer names it | module |
//! |---|---|---|
//! | how many of a population | `rate`, `proportion`, `categories`, `mean`, `iif` | [`rate`], [`proportion`], [`mean`], [`iif`] |
//! | the same, age allowed for | `standardised_rate`, `standardised_ratio` | [`standardised`] |
//! | which practice differs | `funnel`, `funnel_overdispersed` | [`funnel`] |
//! | has this month changed | `xmr`, `control_chart`, `run_chart` | [`xmr`], [`shewhart`], [`run_chart`] |
//! | did answers change | `pre_post`, `mcnemar` | [`pre_post`], [`wilcoxon`], [`mcnemar`] |
//! | did scores change | `paired_change` | [`paired_change`] |
//! | audit and repeat | `count_ratio` | [`count_ratio`] |
//! | who is reached | `slope_index`, `concentration_index` | [`equity`], [`concentration`] |
//! | is it worth it | `cost_effectiveness`, `social_return`, `carbon` | [`economics`], [`carbon`] |
//! | may this be published | `disclosure`, `geometric_noise` | [`disclosure`] |
//! | a sample, weighted | `survey_mean`, `survey_total`, `survey_ratio`, `raking` | [`survey`] |
//! | what people wrote | `themes`, `kappa`, `fleiss_kappa` | [`coding`] |

pub mod answer;
pub mod carbon;
pub mod coding;
pub mod concentration;
pub mod count_ratio;
pub mod disclosure;
pub mod distribution;
pub mod economics;
pub mod equity;
pub mod funnel;
pub mod iif;
pub mod interval;
pub mod mcnemar;
pub mod mean;
pub mod numbers;
pub mod paired_change;
pub mod pre_post;
pub mod proportion;
pub mod random;
pub mod rate;
pub mod refusal;
pub mod run_chart;
pub mod shewhart;
pub mod standardised;
pub mod steps;
pub mod survey;
pub mod wilcoxon;
pub mod words;
pub mod xmr;
