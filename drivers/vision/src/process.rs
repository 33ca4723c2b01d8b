//! One worker process and the pipe to it; every exchange has a deadline.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::protocol::{Answer, Order, read_frame, write_frame};

pub struct WorkerProcess {
    child: Child,
    pipe: UnixStream,
}

impl WorkerProcess {
    /// Must be called on a thread that outlives the worker: the kernel kills the child when that thread ends.
    pub fn start(command: &[OsString], env: &[(OsString, OsString)]) -> io::Result<Self> {
        let [program, arguments @ ..] = command else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no worker command is configured"));
        };
        let (pipe, theirs) = UnixStream::pair()?;
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .env("RTEN_NUM_THREADS", "1")
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::from(OwnedFd::from(theirs.try_clone()?)))
            .stdout(Stdio::from(OwnedFd::from(theirs)))
            .stderr(Stdio::inherit())
            .spawn()?;
        Ok(Self { child, pipe })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// False once the process has ended.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// One order and its answer. After an error the process is of no use: its pipe may be half-way through a frame.
    pub fn ask(&mut self, order: &Order, body: &[u8], within: Duration) -> io::Result<(Answer, Vec<u8>)> {
        let mut pipe = Timed { pipe: &self.pipe, deadline: Instant::now() + within };
        write_frame(&mut pipe, order, body)?;
        read_frame(&mut pipe)
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        // Both fail only for a process that has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Timed<'a> {
    pipe: &'a UnixStream,
    deadline: Instant,
}

impl Timed<'_> {
    fn left(&self) -> io::Result<Option<Duration>> {
        match self.deadline.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Err(io::ErrorKind::TimedOut.into()),
            left => Ok(Some(left)),
        }
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.pipe.set_read_timeout(self.left()?)?;
        self.pipe.read(into)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        self.pipe.set_write_timeout(self.left()?)?;
        self.pipe.write(from)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
