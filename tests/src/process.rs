//! One child process of the product: started, killed at will, started again, ended with the test.

use std::fs::{self, OpenOptions};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::wait::eventually;

/// How long a program may take until it says that it is ready.
const START: Duration = Duration::from_secs(40);

/// Names the place at which a program ends itself.
const FAILPOINT: &str = "CORDBOARD_FAILPOINT";

/// A program with its environment, and the process that runs it now.
pub struct Process {
    pub name: String,
    binary: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    folder: PathBuf,
    log: PathBuf,
    ready: String,
    child: Option<Child>,
    /// Children of processes that were killed: nobody else would end them.
    orphans: Vec<u32>,
}

/// What is needed to start a program.
pub struct Start<'a> {
    pub name: &'a str,
    pub binary: PathBuf,
    pub arguments: &'a [&'a str],
    pub environment: Vec<(String, String)>,
    /// Working folder and place of the log.
    pub folder: &'a Path,
    /// The address that answers 200 once the program is ready.
    pub ready: String,
}

impl Process {
    pub fn new(start: Start<'_>) -> Self {
        fs::create_dir_all(start.folder).expect("a folder for the process");
        let mut process = Self {
            name: start.name.to_owned(),
            binary: start.binary,
            arguments: start.arguments.iter().map(|&it| it.to_owned()).collect(),
            environment: start.environment,
            folder: start.folder.to_owned(),
            log: start.folder.join(format!("{}.log", start.name)),
            ready: start.ready,
            child: None,
            orphans: Vec::new(),
        };
        process.start();
        process
    }

    /// Starts the program; [`Self::ready`] waits for it.
    pub fn start(&mut self) {
        let log = OpenOptions::new().create(true).append(true).open(&self.log).expect("the log opens");
        let child = Command::new(&self.binary)
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log opens twice"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{} starts: {error}", self.binary.display()));
        self.child = Some(child);
    }

    /// Waits until `/readyz` says yes.
    pub async fn ready(&mut self) {
        let what = format!("{} is ready", self.name);
        eventually(&what, START, || {
            if let Some(status) = self.status() {
                panic!("{} ended at its start ({status}):\n{}", self.name, self.tail());
            }
            let url = self.ready.clone();
            async move { says_ready(&url).await.then_some(()) }
        })
        .await;
    }

    /// Waits until `/readyz` says no (or nothing): a dependency is away.
    pub async fn unready(&self) {
        let http = reqwest::Client::new();
        eventually(&format!("{} says it isn't ready", self.name), START, || async {
            let asked = http.get(&self.ready).timeout(Duration::from_secs(5)).send();
            (!asked.await.is_ok_and(|answer| answer.status().is_success())).then_some(())
        })
        .await;
    }

    /// Starts the program again and waits until it is ready.
    pub async fn revive(&mut self) {
        self.start();
        self.ready().await;
    }

    /// Starts the program anew so that it ends as kill -9 would after its first commit with news in it.
    pub async fn arm(&mut self) {
        self.arm_at("after_commit").await;
    }

    /// The same at another place or step; see `domain::failpoint`.
    pub async fn arm_at(&mut self, failpoint: &str) {
        self.kill();
        self.environment.retain(|(name, _)| name != FAILPOINT);
        self.environment.push((FAILPOINT.to_owned(), failpoint.to_owned()));
        self.start();
        // It may come by the place before it is ready.
        let what = format!("{} is ready, or came by {failpoint}", self.name);
        eventually(&what, START, || {
            let (ended, url) = (!self.is_running(), self.ready.clone());
            async move { (ended || says_ready(&url).await).then_some(()) }
        })
        .await;
    }

    /// Starts the program anew as it is in an installation.
    pub async fn disarm(&mut self) {
        self.kill();
        self.environment.retain(|(name, _)| name != FAILPOINT);
        self.revive().await;
    }

    /// Waits until the program has ended at the place at which it was armed.
    pub async fn ended(&mut self) {
        let name = self.name.clone();
        eventually(&format!("{name} ends"), START, || {
            let ended = !self.is_running();
            async move { ended.then_some(()) }
        })
        .await;
        assert!(self.came_by(), "{name} ended elsewhere:\n{}", self.tail());
    }

    /// It has ended at the place at which it was armed: nothing else aborts it.
    pub fn came_by(&mut self) -> bool {
        self.status().is_some_and(|status| status.signal() == Some(libc::SIGABRT))
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("a running process").id()
    }

    /// kill -9.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            self.orphans.extend(descendants(child.id()));
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks for an orderly end and waits for it.
    pub async fn stop(&mut self, within: Duration) -> ExitStatus {
        signal(self.pid(), libc::SIGTERM);
        let what = format!("{} ends after SIGTERM", self.name);
        let status = eventually(&what, within, || {
            let status = self.status();
            async move { status }
        })
        .await;
        self.child = None;
        status
    }

    /// Freezes the process: it holds its connections and does nothing, as a hung one would.
    pub fn freeze(&self) {
        signal(self.pid(), libc::SIGSTOP);
    }

    pub fn thaw(&self) {
        signal(self.pid(), libc::SIGCONT);
    }

    /// How it ended, once it has.
    fn status(&mut self) -> Option<ExitStatus> {
        self.child.as_mut().and_then(|child| child.try_wait().ok().flatten())
    }

    pub fn is_running(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Everything the program has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The last lines of the log.
    pub fn tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }

    /// Resident memory in bytes.
    pub fn memory(&self) -> u64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("the process has a status");
        let kilobytes: u64 = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse().ok())
            .expect("the status names the memory");
        kilobytes * 1024
    }

    /// Open file descriptors, sockets among them.
    pub fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.pid())).expect("the process has descriptors").count()
    }

    pub fn threads(&self) -> usize {
        fs::read_dir(format!("/proc/{}/task", self.pid())).expect("the process has threads").count()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        for orphan in &self.orphans {
            // A pid may have been given to somebody else by now: only children of this binary.
            let ours =
                fs::read_link(format!("/proc/{orphan}/exe")).is_ok_and(|program| program == self.binary);
            if ours {
                signal(*orphan, libc::SIGKILL);
            }
        }
        if std::thread::panicking() {
            eprintln!("──── {} ({}) ────\n{}", self.name, self.log.display(), self.tail());
        }
    }
}

async fn says_ready(url: &str) -> bool {
    let asked = reqwest::Client::new().get(url).timeout(Duration::from_secs(2)).send();
    asked.await.is_ok_and(|answer| answer.status().is_success())
}

/// The process's children, theirs, and so on.
fn descendants(pid: u32) -> Vec<u32> {
    let mut found = Vec::new();
    let mut open = vec![pid];
    while let Some(pid) = open.pop() {
        let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
            continue;
        };
        for task in tasks.flatten() {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            for child in children.split_whitespace().filter_map(|pid| pid.parse().ok()) {
                found.push(child);
                open.push(child);
            }
        }
    }
    found
}

#[expect(unsafe_code, reason = "the standard library sends no signal but SIGKILL")]
fn signal(pid: u32, signal: i32) {
    if let Ok(pid) = i32::try_from(pid) {
        // SAFETY: kill(2) takes two numbers and touches no memory of ours.
        unsafe { libc::kill(pid, signal) };
    }
}

/// The folder with the built programs: `CORDBOARD_BIN_DIR`, or else that of the running test.
pub fn binaries() -> PathBuf {
    if let Some(folder) = std::env::var_os("CORDBOARD_BIN_DIR") {
        return PathBuf::from(folder);
    }
    let test = std::env::current_exe().expect("a running test has a path");
    test.ancestors()
        .find(|folder| folder.join("api").is_file())
        .unwrap_or_else(|| panic!("api isn't built beside {}", test.display()))
        .to_owned()
}

/// A TCP or UDP port that nobody uses at the moment.
pub fn free_port() -> u16 {
    let tcp = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = tcp.local_addr().expect("it has an address").port();
    // The worker takes the same number in UDP.
    match std::net::UdpSocket::bind(("127.0.0.1", port)) {
        Ok(_) => port,
        Err(_) => free_port(),
    }
}
