//! What can go wrong with a camera on request.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Scene;

/// A fault of one camera. As JSON: `{"kind":"loss","per_thousand":50}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// So many of a thousand RTP packets are not sent; their sequence numbers are missing.
    Loss { per_thousand: u32 },
    /// No picture is sent any more; the connection stays open and requests are answered.
    Stall,
    /// Every present connection ends with a TCP reset, once. New ones are welcome.
    Reset,
    /// The camera's clock runs faster (or slower) by so many millionths.
    ClockSkew { ppm: i32 },
    /// RTP timestamps jump by so many seconds, once.
    TimestampJump { seconds: i32 },
    /// The picture changes its size, hence its parameter sets, at the next key picture.
    ParameterChange,
    /// Another scene at the next key picture.
    Scene { scene: Scene },
    /// Every request but OPTIONS is answered 401, whatever the password.
    Unauthorized,
    /// DESCRIBE is answered 404.
    NotFound,
    /// Bytes without meaning instead of replies and pictures.
    Garbage,
    /// The session description breaks off and contradicts itself.
    BadSdp,
    /// Content-Base names another machine.
    WrongContentBase,
    /// The session description lacks the parameter sets; they come in band only.
    MissingSprop,
    /// OPTIONS is answered late.
    SlowOptions { ms: u64 },
    /// No connection is taken. On an own port the port is closed; on the shared port the connection is reset as
    /// soon as it names this camera. Present connections are reset.
    Refuse,
}

/// The faults a camera has now, in the shape its sessions ask for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    all: Vec<Fault>,
}

impl Faults {
    /// Adds a fault; one of the same kind is replaced. Faults that happen once are not kept.
    pub fn add(&mut self, fault: Fault) {
        if matches!(fault, Fault::Reset | Fault::TimestampJump { .. }) {
            return;
        }
        self.all
            .retain(|f| std::mem::discriminant(f) != std::mem::discriminant(&fault));
        self.all.push(fault);
    }

    pub fn clear(&mut self) {
        self.all.clear();
    }

    pub fn all(&self) -> &[Fault] {
        &self.all
    }

    pub fn has(&self, fault: Fault) -> bool {
        self.all.contains(&fault)
    }

    pub fn loss_per_thousand(&self) -> u32 {
        self.all
            .iter()
            .find_map(|f| {
                if let Fault::Loss { per_thousand } = f {
                    Some(*per_thousand)
                } else {
                    None
                }
            })
            .unwrap_or(0)
    }

    pub fn options_delay(&self) -> Duration {
        let ms = self.all.iter().find_map(|f| {
            if let Fault::SlowOptions { ms } = f {
                Some(*ms)
            } else {
                None
            }
        });
        Duration::from_millis(ms.unwrap_or(0))
    }
}
