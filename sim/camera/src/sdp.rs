//! The session description a camera gives of its clip (RFC 4566, 6184, 7798).

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{Clip, Codec};

/// With `sprop` the parameter sets are announced; without, a client must wait for them in the stream.
pub(crate) fn describe(clip: &Clip, sprop: bool) -> String {
    let sets = &clip.parameter_sets;
    let coding = match clip.codec {
        Codec::H264 => "H264",
        Codec::H265 => "H265",
    };
    let mut format = Vec::new();
    if clip.codec == Codec::H264 {
        format.push("packetization-mode=1".to_owned());
        if let [_, profile, constraints, level, ..] = sets.sps[..] {
            format.push(format!(
                "profile-level-id={profile:02X}{constraints:02X}{level:02X}"
            ));
        }
    }
    if sprop {
        match clip.codec {
            Codec::H264 => format.push(format!(
                "sprop-parameter-sets={},{}",
                STANDARD.encode(&sets.sps),
                STANDARD.encode(&sets.pps)
            )),
            Codec::H265 => {
                let vps = sets.vps.as_deref().unwrap_or_default();
                format.push(format!("sprop-vps={}", STANDARD.encode(vps)));
                format.push(format!("sprop-sps={}", STANDARD.encode(&sets.sps)));
                format.push(format!("sprop-pps={}", STANDARD.encode(&sets.pps)));
            }
        }
    }
    let format = if format.is_empty() {
        String::new()
    } else {
        format!("a=fmtp:96 {}\r\n", format.join("; "))
    };
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camsim\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\na=range:npt=now-\r\n\
         m=video 0 RTP/AVP 96\r\na=rtpmap:96 {coding}/90000\r\n{format}a=framerate:{:.2}\r\n\
         a=x-dimensions:{},{}\r\na=control:trackID=0\r\n",
        clip.fps, clip.width, clip.height
    )
}

/// A description that breaks its own rules: numbers that are none, a format nobody announced, a cut-off set.
pub(crate) fn broken(clip: &Clip) -> String {
    describe(clip, false)
        .replace("m=video 0 RTP/AVP 96", "m=video x RTP/AVP 9 6")
        .replace("rtpmap:96 ", "rtpmap:197 ")
        .replace(
            "a=framerate",
            "a=fmtp:96 sprop-parameter-sets=Z0*,\r\nframerate",
        )
        + "m=vid"
}
