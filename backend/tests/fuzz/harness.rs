//! Throws mutated inputs at a function for a while, always beginning with the same ones.
//!
//! Coverage is not measured: that needs instrumentation which stable Rust does not have. In its
//! place each target has a dictionary of what its grammar is made of, and its corpus holds every
//! input that once broke it.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long a target runs in the test command.
const SHORT: Duration = Duration::from_secs(8);
/// Longest input.
const MOST: usize = 16 * 1024;
/// No input may take longer, on a slow machine, without optimisation.
const PATIENCE: Duration = Duration::from_secs(5);
/// Seconds for each target; without it, [`SHORT`].
const SECONDS: &str = "BELLHOP_FUZZ_SECONDS";
/// Where the sequence of inputs begins; without it, always at the same place.
const SEED: &str = "BELLHOP_FUZZ_SEED";

/// Runs `check` on the corpus of `name`, on `seeds`, and on what becomes of them.
pub fn fuzz(name: &str, seeds: &[&str], words: &[&str], check: impl Fn(&[u8])) {
    let mut pool: Vec<Vec<u8>> = seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    pool.extend(corpus(name));
    for input in &pool {
        attempt(name, input, &check);
    }
    let mut random = StdRng::seed_from_u64(number(SEED).unwrap_or(1));
    let limit = number(SECONDS).map_or(SHORT, Duration::from_secs);
    let started = Instant::now();
    let mut count = 0_u64;
    while started.elapsed() < limit {
        let mut input = pool.choose(&mut random).cloned().unwrap_or_default();
        for _ in 0..random.random_range(1..=6) {
            mutate(&mut input, &pool, words, &mut random);
        }
        input.truncate(MOST);
        attempt(name, &input, &check);
        count += 1;
    }
    println!("{name}: {count} inputs in {} s", limit.as_secs());
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/corpus")
        .join(name);
    let Ok(entries) = fs::read_dir(&folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|file| fs::read(file).expect("an input"))
        .collect()
}

fn attempt(name: &str, input: &[u8], check: &impl Fn(&[u8])) {
    let started = Instant::now();
    let fault = catch_unwind(AssertUnwindSafe(|| check(input))).is_err();
    let slow = started.elapsed() > PATIENCE;
    if fault || slow {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
        fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join(format!("{name}-{:016x}", digest(input)));
        fs::write(&file, input).expect("the input");
        panic!(
            "{name} {} on {:?}\nkept in {}; mend it, and keep it in backend/tests/fuzz/corpus/{name}",
            if fault { "breaks" } else { "takes too long" },
            String::from_utf8_lossy(&input[..input.len().min(200)]),
            file.display()
        );
    }
}

/// FNV-1a: a name for a file, nothing more.
fn digest(input: &[u8]) -> u64 {
    input.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Texts that break more programs than others.
const ODD: &[&str] = &[
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\u{1F3C3}",
    "e\u{301}",
    "\r\n",
    "\t",
    "\u{85}",
    "-1",
    "0",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "1e999",
    "NaN",
    "null",
    "true",
    "\\u0000",
    "\\ud800",
    "%00",
    "%ff",
    "''",
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
];

fn mutate(input: &mut Vec<u8>, pool: &[Vec<u8>], words: &[&str], random: &mut StdRng) {
    let place = random.random_range(0..=input.len());
    let word = |random: &mut StdRng| {
        let list = if random.random_bool(0.75) && !words.is_empty() {
            words
        } else {
            ODD
        };
        list.choose(random)
            .copied()
            .unwrap_or_default()
            .as_bytes()
            .to_vec()
    };
    match random.random_range(0..9) {
        0 | 1 => {
            let word = word(random);
            input.splice(place..place, word);
        }
        2 => {
            let end = (place + random.random_range(1..=16)).min(input.len());
            let word = word(random);
            input.splice(place..end, word);
        }
        3 => {
            let end = (place + random.random_range(1..=32)).min(input.len());
            input.drain(place..end);
        }
        4 => {
            let end = (place + random.random_range(1..=64)).min(input.len());
            let part = input[place..end].to_vec();
            let most = if random.random_bool(0.05) { 400 } else { 4 };
            let times = random.random_range(1..=most);
            input.splice(place..place, part.repeat(times));
        }
        5 if !input.is_empty() => {
            let place = place.min(input.len() - 1);
            input[place] ^= 1 << random.random_range(0..8);
        }
        6 if !input.is_empty() => {
            let place = place.min(input.len() - 1);
            input[place] = random.random();
        }
        7 => {
            let other = pool.choose(random).cloned().unwrap_or_default();
            let from = random.random_range(0..=other.len());
            input.truncate(place);
            input.extend_from_slice(&other[from..]);
        }
        _ => input.truncate(place.max(1)),
    }
}
