use backend::import::servicenow_log::*;
use backend::platform::{Platform, clock::SystemClock, database::Database, ids::Ids};
use std::sync::Arc;
struct P(std::time::Instant);
impl Progress for P {
    fn begin(&mut self, p: Phase, t: u64) {
        eprintln!("{p:?} {t} at {:?}", self.0.elapsed());
    }
    fn done(&mut self, _: u64) {}
}
#[tokio::main]
async fn main() {
    let a: Vec<String> = std::env::args().collect();
    let db = Database::open(&a[1]).await.unwrap();
    let p = Platform::new(db, Arc::new(SystemClock), Ids::random());
    let t = std::time::Instant::now();
    let s = run(
        &p,
        std::path::Path::new(&a[2]),
        &Options::default(),
        &mut P(t),
    )
    .await;
    eprintln!("{s:?} {:?}", t.elapsed());
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    for l in s.lines().filter(|l| l.starts_with("VmHWM")) {
        eprintln!("{l}");
    }
}
