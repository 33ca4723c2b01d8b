//! The bounded queue between those who want looks and the threads that keep the workers.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub struct Queue<J> {
    state: Mutex<State<J>>,
    changed: Condvar,
    most: usize,
}

struct State<J> {
    jobs: VecDeque<J>,
    /// Counts up when the workers must be started anew.
    generation: u64,
    closed: bool,
}

pub enum Next<J> {
    Job(J),
    /// The worker was started for an older generation.
    Renew,
    Closed,
}

impl<J> Queue<J> {
    pub fn new(most: usize) -> Self {
        let state = State { jobs: VecDeque::new(), generation: 0, closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), most: most.max(1) }
    }

    /// Gives the job back when the queue is full or closed.
    pub fn push(&self, job: J) -> Result<(), J> {
        let mut state = self.lock();
        if state.closed || state.jobs.len() >= self.most {
            return Err(job);
        }
        state.jobs.push_back(job);
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// Waits for something to do for a worker of this generation.
    pub fn next(&self, generation: u64) -> Next<J> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return Next::Closed;
            }
            if state.generation != generation {
                return Next::Renew;
            }
            if let Some(job) = state.jobs.pop_front() {
                return Next::Job(job);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes all that waits, for when no worker can be started.
    pub fn drain(&self) -> VecDeque<J> {
        std::mem::take(&mut self.lock().jobs)
    }

    pub fn generation(&self) -> u64 {
        self.lock().generation
    }
    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    pub fn renew(&self) -> u64 {
        let mut state = self.lock();
        state.generation += 1;
        self.changed.notify_all();
        state.generation
    }

    pub fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.jobs.clear();
        self.changed.notify_all();
    }

    /// Sleeps, but not past the queue's end nor a change of generation.
    pub fn rest(&self, generation: u64, time: Duration) {
        let state = self.lock();
        let awake = |state: &mut State<J>| !state.closed && state.generation == generation;
        drop(self.changed.wait_timeout_while(state, time, awake));
    }

    fn lock(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
