//! The worker alone, for tests and benchmarks; the server calls `worker_main` from its own executable.

fn main() {
    // A picture that spells one of these words makes the worker misbehave, but only when the test asks for it.
    let misbehaves = std::env::var_os("SHIAN_VISION_MISBEHAVE").is_some();
    let status = shian_vision::worker_main_with(move |picture| {
        if misbehaves {
            match picture {
                b"hang" => loop {
                    std::thread::sleep(std::time::Duration::from_secs(1));
                },
                b"die" => std::process::abort(),
                b"panic" => panic!("as asked"),
                b"eat" => {
                    let eaten = vec![1u8; 64 << 30];
                    println!("{}", eaten.len());
                }
                _ => {}
            }
        }
    });
    std::process::exit(status);
}
