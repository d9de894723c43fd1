//! A bounded crossbeam channel of 1024 i32, as a rival of the bench: rival PRODUCERS CONSUMERS ITEMS. Each line
//! on standard input starts a round; the answer is the time in ns to the last item received.

use std::io::{stdin, BufRead};
use std::{env, thread, time::Instant};

#[derive(Clone, Copy, Default, PartialEq)]
struct Sums {
    count: usize,
    sum: i64,
    squares: i32,
}

impl Sums {
    fn add(&mut self, value: i32) {
        self.count += 1;
        self.sum += i64::from(value);
        self.squares = self.squares.wrapping_add(value.wrapping_mul(value));
    }

    fn merge(&mut self, other: Sums) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares = self.squares.wrapping_add(other.squares);
    }
}

fn main() {
    let given: Vec<usize> = env::args().skip(1).map(|each| each.parse().expect("a number")).collect();
    for line in stdin().lock().lines() {
        line.expect("a line");
        println!("{}", round(given[0], given[1], given[2]));
    }
}

fn round(producers: usize, consumers: usize, items: usize) -> u128 {
    let (sender, receiver) = crossbeam_channel::bounded::<i32>(1024);
    let start = Instant::now();
    let putting: Vec<_> = (0..producers)
        .map(|index| {
            let sender = sender.clone();
            let share = items / producers;
            thread::spawn(move || {
                let mut own = Sums::default();
                for value in index * share..(index + 1) * share {
                    own.add(value as i32);
                    sender.send(value as i32).expect("a receiver");
                }
                own
            })
        })
        .collect();
    let getting: Vec<_> = (0..consumers)
        .map(|_| {
            let receiver = receiver.clone();
            thread::spawn(move || {
                let mut own = Sums::default();
                for _ in 0..items / consumers {
                    own.add(receiver.recv().expect("a sender"));
                }
                (own, start.elapsed())
            })
        })
        .collect();
    let (mut put, mut got) = (Sums::default(), Sums::default());
    let mut last = 0;
    for thread in getting {
        let (own, end) = thread.join().expect("a consumer");
        got.merge(own);
        last = last.max(end.as_nanos());
    }
    for thread in putting {
        put.merge(thread.join().expect("a producer"));
    }
    assert!(put == got && got.count == items, "items were lost or came twice");
    last
}
