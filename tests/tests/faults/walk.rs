//! Launches, one for each thing that can happen: what came of each is held against a launch in which nothing happened.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sandbox2_tests::host;
use sandbox2_tests::scratch::Scratch;
use serde_json::Value;

use crate::calls::{Point, Who};
use crate::tracer::{self, Fate, Run};

/// A way to launch, and where it can be done again and again.
#[derive(Debug)]
pub(crate) struct Launches {
    pub(crate) kind: &'static str,
    /// Of a launch in which nothing happens.
    pub(crate) usual: Told,
    pub(crate) points: Vec<Point>,
}

/// A folder that a sandboxee has for itself.
struct Place(Scratch);

/// What a launcher says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) status: Value,
    pub(crate) report: String,
    /// What it has afterwards and did not have before, or the other way round.
    pub(crate) left: Option<String>,
}

impl Place {
    fn new() -> Place {
        let place = Place(Scratch::new("faults"));
        for folder in ["read-only/mountpoint", "writable"] {
            std::fs::create_dir_all(place.0.0.join(folder)).expect("a folder can be made");
        }
        place
    }

    fn path(&self) -> &Path {
        &self.0.0
    }
}

/// The lines that are in one of two texts alone.
pub(crate) fn difference(one: &str, other: &str) -> String {
    let missing = one.lines().filter(|line| !other.lines().any(|found| found == *line)).map(|line| format!("- {line}"));
    let more = other.lines().filter(|line| !one.lines().any(|found| found == *line)).map(|line| format!("+ {line}"));
    missing.chain(more).collect::<Vec<_>>().join("\n")
}

/// The same value in lines.
fn lines(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default().replace("\\n", "\n")
}

impl Told {
    /// What that launcher said; `None` if it did not come to that.
    pub(crate) fn by(run: &Run) -> Option<Told> {
        let told: Value = serde_json::from_str(&run.output).ok()?;
        let (before, after) = (&told["before"], &told["after"]);
        let left = (before != after).then(|| difference(&lines(before), &lines(after)));
        Some(Told { status: told["status"].clone(), report: told["report"].as_str()?.to_owned(), left })
    }

    /// The step that failed, by its name for machines.
    pub(crate) fn stage(&self) -> Option<&str> {
        (self.status["kind"] == "setup_failed").then(|| self.status["stage"].as_str()).flatten()
    }
}

impl Launches {
    /// Launches of that kind; `None`, with the reason said, if this host cannot.
    pub(crate) fn new(kind: &'static str) -> Option<Launches> {
        if !host::can_launch() || !can_trace() {
            return None;
        }
        tracer::adopt_orphans();
        let place = Place::new();
        // The one in which nobody waited often.
        let runs = (0..3).map(|_| launch(kind, &place, None, &mut |_| Fate::Own));
        let run = runs.min_by_key(|run| run.calls.len()).unwrap_or_default();
        let usual = Told::by(&run).unwrap_or_else(|| panic!("{kind}: it says nothing: {run:?}"));
        assert_eq!(usual.status, serde_json::json!({"kind": "exited", "code": 0}), "{kind}: {usual:?}");
        assert_eq!(usual.left, None, "{kind}");
        assert!(usual.report.lines().count() > 60, "{kind}: {}", usual.report);
        let points: Vec<Point> = run.calls.into_iter().map(|call| call.point).collect();
        assert!(points.len() > 200, "{kind}: {points:?}");
        Some(Launches { kind, usual, points })
    }

    /// One launch for each of `cases`, in which that becomes of that call; what `judge` finds wrong is the panic's message.
    pub(crate) fn each(
        &self,
        cases: &[(Point, Fate)],
        judge: &(dyn Fn(&Point, Fate, &Run) -> Result<(), String> + Sync),
    ) {
        let (next, wrong, slowest) =
            (AtomicUsize::new(0), Mutex::new(Vec::new()), Mutex::new((Duration::ZERO, String::new())));
        let mounts = || std::fs::read_to_string("/proc/self/mountinfo").expect("it can be read");
        let (start, before) = (Instant::now(), mounts());
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let place = Place::new();
                    while let Some((point, fate)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let began = Instant::now();
                        let run = launch(self.kind, &place, Some(point.who), &mut |call| {
                            if call.point == *point { *fate } else { Fate::Own }
                        });
                        let took = (began.elapsed(), format!("{point} {fate}"));
                        let mut slowest = slowest.lock().unwrap_or_else(PoisonError::into_inner);
                        if took > *slowest {
                            *slowest = took;
                        }
                        drop(slowest);
                        let reached = run.calls.iter().any(|call| call.point == *point);
                        let judged = match &run.hang {
                            Some(hang) => Err(format!("it hangs: {hang}")),
                            None if !reached && !point.waits() => Err("it does not come to that call".to_owned()),
                            None => judge(point, *fate, &run),
                        };
                        if let Err(error) = judged {
                            wrong
                                .lock()
                                .unwrap_or_else(PoisonError::into_inner)
                                .push(format!("{point} {fate}: {error}"));
                        }
                    }
                });
            }
        });
        let (wrong, slowest) = (wrong.into_inner().unwrap_or_default(), slowest.into_inner().unwrap_or_default());
        println!("{}: {} launches in {:?}, the slowest {slowest:?}", self.kind, cases.len(), start.elapsed());
        assert!(
            wrong.is_empty(),
            "{}: {} of {} went wrong:\n{}",
            self.kind,
            wrong.len(),
            cases.len(),
            wrong.join("\n")
        );
        assert_eq!(mounts(), before, "{}: a mount is left", self.kind);
    }

    /// One more launch, of which the host's calls are decided about.
    pub(crate) fn once(&self, decide: &mut dyn FnMut(&crate::calls::Call) -> Fate) -> Run {
        launch(self.kind, &Place::new(), Some(Who::Host), decide)
    }

    /// Of more than twelve calls that are alike the first, one in the middle, and the last; of the others all.
    pub(crate) fn thinned(&self) -> Vec<Point> {
        self.some(12, |point| if point.name() == "prctl" { "" } else { &point.detail })
    }

    /// As [`thinned`](Self::thinned), of more than three calls of a name.
    pub(crate) fn few(&self) -> Vec<Point> {
        self.some(3, |_| "")
    }

    fn some(&self, most: usize, detail: for<'a> fn(&'a Point) -> &'a str) -> Vec<Point> {
        let kind = |point: &Point| (point.who, point.number, detail(point).to_owned());
        let mut alike: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, point) in self.points.iter().enumerate() {
            alike.entry(kind(point)).or_default().push(index);
        }
        let kept = |(index, point): &(usize, &Point)| match alike.get(&kind(point)).map(Vec::as_slice) {
            Some(all @ [first, .., last]) if all.len() > most => {
                index == first || index == last || Some(index) == all.get(all.len() / 2)
            }
            _ => true,
        };
        self.points.iter().enumerate().filter(kept).map(|(_, point)| point.clone()).collect()
    }
}

fn launch(kind: &str, place: &Place, whose: Option<Who>, decide: &mut dyn FnMut(&crate::calls::Call) -> Fate) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_launcher"));
    command.args([kind, env!("CARGO_BIN_EXE_reporter")]).arg(place.path());
    let run = tracer::trace(&mut command, place.path(), whose, decide);
    // What an interrupted sandboxee has left there would be another's to find.
    let _ = std::fs::remove_file(place.path().join("writable/new"));
    run
}

/// Whether a process may trace its own child here; says why not.
fn can_trace() -> bool {
    // It waits for a line.
    let mut command = Command::new(env!("CARGO_BIN_EXE_launcher"));
    let mut child = command.args(["", "", ""]).stdin(Stdio::piped()).spawn().expect("the launcher starts");
    let refusal = tracer::refusal(child.id().cast_signed());
    let ended = child.kill().and_then(|()| child.wait());
    assert!(ended.is_ok(), "{ended:?}");
    if let Some(refusal) = &refusal {
        host::skip(&format!("this host lets nobody trace: {refusal}"));
    }
    refusal.is_none()
}
