//! What the methods promise, checked against printed textbook numbers, worked cases and invariances.

#[cfg(test)]
mod any_input;
#[cfg(test)]
mod charts;
#[cfg(test)]
mod close;
#[cfg(test)]
mod disclosure;
#[cfg(test)]
mod distribution;
#[cfg(test)]
mod funnel;
#[cfg(test)]
mod paired;
#[cfg(test)]
mod rates;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod worth;
