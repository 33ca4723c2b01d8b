//! Cuts pictures into RTP payloads once: RFC 6184 (H.264) and RFC 7798 (H.265).

use bytes::Bytes;

use crate::Codec;

/// A payload: a few header bytes and a piece of the clip, which stays shared.
#[derive(Debug, Clone)]
pub(crate) struct Packet {
    head: [u8; 3],
    head_length: u8,
    pub body: Bytes,
    /// Set on the last packet of a picture.
    pub marker: bool,
}

impl Packet {
    pub fn head(&self) -> &[u8] {
        &self.head[..usize::from(self.head_length)]
    }

    pub fn size(&self) -> usize {
        usize::from(self.head_length) + self.body.len()
    }
}

/// Leaves room for the RTP, UDP, IP and tunnel headers that a camera reckons with even on TCP.
const MAX_PAYLOAD: usize = 1400;

/// Single NAL unit packets where they fit, fragmentation units (FU-A, FU) where they do not.
pub(crate) fn cut(codec: Codec, nals: &[Bytes]) -> Vec<Packet> {
    let mut packets = Vec::new();
    for nal in nals.iter().filter(|n| n.len() > 2) {
        if nal.len() <= MAX_PAYLOAD {
            packets.push(Packet {
                head: [0; 3],
                head_length: 0,
                body: nal.clone(),
                marker: false,
            });
            continue;
        }
        let (header, head_length) = match codec {
            // FU indicator: the NAL's importance with type 28; FU header: the NAL's own type.
            Codec::H264 => ([nal[0] & 0xe0 | 28, nal[0] & 0x1f, 0], 2),
            // Payload header with type 49 and the NAL's layer and temporal id; FU header: the NAL's own type.
            Codec::H265 => ([nal[0] & 0x81 | 49 << 1, nal[1], nal[0] >> 1 & 0x3f], 3),
        };
        let skip = usize::from(head_length) - 1;
        let room = MAX_PAYLOAD - usize::from(head_length);
        let mut at = skip;
        while at < nal.len() {
            let end = (at + room).min(nal.len());
            let mut head = header;
            let fu_header = &mut head[usize::from(head_length) - 1];
            if at == skip {
                *fu_header |= 0x80;
            }
            if end == nal.len() {
                *fu_header |= 0x40;
            }
            packets.push(Packet {
                head,
                head_length,
                body: nal.slice(at..end),
                marker: false,
            });
            at = end;
        }
    }
    if let Some(last) = packets.last_mut() {
        last.marker = true;
    }
    packets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_unit_is_cut_so_that_its_pieces_join_to_the_same_bytes() {
        for (codec, first) in [(Codec::H264, [0x65, 0x88]), (Codec::H265, [0x26, 0x01])] {
            let header_size = if codec == Codec::H264 { 1 } else { 2 };
            let mut nal = first.to_vec();
            nal.extend((0..5000u32).map(|n| n as u8));
            let packets = cut(codec, &[Bytes::from(nal.clone())]);
            assert!(packets.iter().all(|p| p.size() <= MAX_PAYLOAD));
            let joined: Vec<u8> = packets.iter().flat_map(|p| p.body.to_vec()).collect();
            assert_eq!(joined, nal[header_size..]);
            let ends: Vec<u8> = packets
                .iter()
                .map(|p| p.head()[header_size] & 0xc0)
                .collect();
            assert_eq!(ends, [0x80, 0, 0, 0x40]);
            assert_eq!(packets.iter().filter(|p| p.marker).count(), 1);
        }
    }

    #[test]
    fn small_units_go_whole() {
        let packets = cut(
            Codec::H264,
            &[
                Bytes::from_static(&[0x67, 1, 2, 3]),
                Bytes::from_static(&[0x65, 1, 2, 3]),
            ],
        );
        assert_eq!(
            packets
                .iter()
                .map(|p| (p.size(), p.marker))
                .collect::<Vec<_>>(),
            [(4, false), (4, true)]
        );
    }
}
