//! Work on many things, several at once, its results one at a time and in order.

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Results that may wait for those before them, for each thread.
const AHEAD: usize = 2;

/// Buffers that were filled and used, to be filled again: fresh memory costs more than what is written into it.
#[derive(Debug, Default)]
pub(crate) struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    /// An empty buffer.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Gives back a buffer that has been used.
    pub(crate) fn give(&self, mut used: Vec<u8>) {
        used.clear();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(used);
    }
}

/// Works on `items` with as many threads as the machine has processors, and hands each result to `take`, on this thread and in the
/// order of the items. A few items and results are held at a time, however many there are.
///
/// # Errors
/// The first of `take`: what comes after it is not taken, and no more items are asked for.
pub(crate) fn in_order<I: Send, R: Send, E>(
    items: impl Iterator<Item = I>,
    work: impl Fn(I) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    let mut items = items.fuse().peekable();
    let Some(first) = items.next() else { return Ok(()) };
    // One thing alone needs no threads.
    if items.peek().is_none() {
        return take(work(first));
    }
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (asked, asks) = mpsc::sync_channel::<(I, SyncSender<R>)>(threads * AHEAD);
    let (asks, work) = (&Mutex::new(asks), &work);
    thread::scope(move |scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(move || {
                    let next = || asks.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    while let Ok((item, answer)) = next() {
                        // Nobody takes it where an earlier one was refused.
                        let _ = answer.send(work(item));
                    }
                })
            })
            .collect();
        let mut waiting: VecDeque<Receiver<R>> = VecDeque::new();
        let mut items = std::iter::once(first).chain(items);
        let done = loop {
            while waiting.len() < threads * AHEAD
                && let Some(item) = items.next()
            {
                let (answer, answered) = mpsc::sync_channel(1);
                waiting.push_back(answered);
                if asked.send((item, answer)).is_err() {
                    break;
                }
            }
            let Some(answered) = waiting.pop_front() else { break Ok(()) };
            // Without an answer its worker has panicked: that is told below.
            let Ok(result) = answered.recv() else { break Ok(()) };
            if let Err(error) = take(result) {
                break Err(error);
            }
        };
        drop(asked);
        for worker in workers {
            worker.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let mut taken = Vec::new();
        let late_first = |item: u64| {
            // The later of two is done first.
            thread::sleep(std::time::Duration::from_micros(if item.is_multiple_of(2) { 300 } else { 0 }));
            item * 10
        };
        in_order(0..100, late_first, |result| {
            taken.push(result);
            Ok::<_, ()>(())
        })
        .expect("nothing is refused");
        assert_eq!(taken, (0..100).map(|item| item * 10).collect::<Vec<_>>());
    }

    #[test]
    fn the_first_refusal_ends_it_and_few_items_are_asked_for() {
        let mut asked = 0;
        let items = (0..1_000_000).inspect(|_| asked += 1);
        let refused = in_order(items, |item| item, |item| if item == 7 { Err(item) } else { Ok(()) });
        assert_eq!(refused, Err(7));
        assert!(asked < 1_000, "{asked} items were asked for");
    }

    #[test]
    fn a_panic_is_passed_on() {
        let worked = std::panic::catch_unwind(|| {
            in_order(0..20, |item| assert_ne!(item, 11, "the eleventh"), |()| Ok::<_, ()>(()))
        });
        assert!(worked.is_err());
    }
}
