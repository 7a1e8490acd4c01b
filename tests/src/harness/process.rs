//! Child processes that end with their owner, and nothing else with them.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};

/// A child process and whatever it starts in turn, in a process group of their own.
///
/// Dropping it ends exactly that group, at once: whoever has something to put in order asks the process to end
/// before. Processes are never looked up by name, because others of the same name may be running on the machine.
#[derive(Debug)]
pub struct ProcessGroup {
    leader: Child,
    /// The leader was waited for: from then on its id may belong to another process.
    gone: bool,
}

impl ProcessGroup {
    /// Starts `command` as the leader of a new process group.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        let leader = command.process_group(0).spawn()?;
        Ok(Self { leader, gone: false })
    }

    /// The leader's process id, which is also the group's.
    pub fn id(&self) -> u32 {
        self.leader.id()
    }

    /// Takes the leader's standard output, if it was piped and not taken before.
    pub fn take_stdout(&mut self) -> Option<std::process::ChildStdout> {
        self.leader.stdout.take()
    }

    /// How the leader ended, or `None` while it runs.
    pub fn exit_status(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = self.leader.try_wait()?;
        self.gone |= status.is_some();
        Ok(status)
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if self.gone {
            return;
        }
        // The standard library signals single processes only; the shell's own `kill` knows groups.
        let _ = Command::new("/bin/sh")
            .args(["-c", "kill -s KILL -- \"-$1\"", "sh", &self.id().to_string()])
            .stderr(Stdio::null())
            .status();
        let _ = self.leader.wait();
    }
}
