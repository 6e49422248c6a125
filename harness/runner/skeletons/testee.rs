//! A testee for pickleproof: puts a pickle library behind the line protocol.
//!
//!     rustc -O testee.rs
//!     pickleproof check-testee -- ./testee
//!     pickleproof run --baseline expect.txt -- ./testee
//!
//! It only says what is accepted and what is rejected. Next steps: report
//! values (add caps=value), then dump. harness/PROTOCOL.md has the grammar.
use std::io::{self, BufRead, Write};

/// Decode one pickle with your library; Err means it rejects it.
/// In its place: a pickle ends with STOP. Nearly every check will fail.
fn load(data: &[u8]) -> Result<(), &'static str> {
    match data.last() {
        None => Err("EOFError"),
        Some(b'.') => Ok(()),
        Some(_) => Err("truncated"),
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() % 2 != 0 {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok())
        .collect()
}

/// The reply to [operation, key=value ..., data], without the id.
fn answer(words: &[&str]) -> String {
    if words[0] != "load" || words.len() < 2 {
        return "na op".to_string(); // what you do not do yet
    }
    // In between are keys. The runner sends none that caps= does not ask for.
    let data = words[words.len() - 1];
    let bytes = match data.strip_prefix("x:").and_then(unhex) {
        Some(bytes) => bytes,
        None => return "na data".to_string(),
    };
    match load(&bytes) {
        Ok(()) => "ok ?".to_string(), // accepted; "?": not reported
        Err(class) => format!("err {}", class),
    }
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.first() {
            None => continue,
            Some(&"bye") => break,
            Some(&"hello") => writeln!(
                out,
                "hello pickleproof/1 name=mine version=1 lang=rust ops=load"
            )?,
            Some(id) if words.len() == 1 => writeln!(out, "{} na op", id)?,
            Some(id) => writeln!(out, "{} {}", id, answer(&words[1..]))?,
        }
        out.flush()?; // every reply
    }
    Ok(())
}
