//! Help texts of the figures that the worker keeps.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// To be called once, before anything is counted.
pub fn describe() {
    describe_calls();
    describe_legs();
    describe_packets();
    describe_recordings();
}

fn describe_calls() {
    describe_gauge!("cordboard_worker_legs", "Legs that count against CORDBOARD_WORKER_CAPACITY");
    describe_gauge!("cordboard_media_calls", "Calls that the media engine holds");
    describe_gauge!("cordboard_media_legs", "Legs that the media engine holds");
    describe_gauge!("cordboard_media_addresses", "Remote addresses bound to legs");
}

fn describe_legs() {
    describe_histogram!(
        "cordboard_leg_setup_seconds",
        Unit::Seconds,
        "From a leg's offer to media both ways"
    );
    describe_histogram!(
        "cordboard_leg_round_trip_seconds",
        Unit::Seconds,
        "Round trip to a leg's browser (RFC 3550 6.4.1)"
    );
    describe_histogram!(
        "cordboard_leg_jitter_seconds",
        Unit::Seconds,
        "Interarrival jitter, the worse of both ways (RFC 3550 6.4.1)"
    );
    describe_histogram!("cordboard_leg_loss_ratio", "Packets lost, as part of 1, the worse of both ways");
}

fn describe_packets() {
    describe_counter!("cordboard_media_packets_received_total", "Datagrams received on the media port");
    describe_counter!("cordboard_media_packets_sent_total", "Datagrams sent from the media port");
    describe_counter!(
        "cordboard_media_packets_stray_total",
        "Datagrams of nobody known, or with a forged check"
    );
    describe_counter!(
        "cordboard_media_packets_dropped_total",
        "Datagrams that a full buffer or queue did not take"
    );
    describe_counter!("cordboard_media_key_frame_requests_total", "Key frames asked of senders");
}

fn describe_recordings() {
    describe_counter!(
        "cordboard_recorder_packets_dropped_total",
        "RTP packets that the recorder could not keep up with"
    );
    describe_counter!(
        "cordboard_recording_bytes_total",
        Unit::Bytes,
        "Encrypted bytes of recorded objects brought to storage"
    );
    describe_histogram!(
        "cordboard_transcode_seconds",
        Unit::Seconds,
        "From taking a recording to its being READY"
    );
    describe_counter!("cordboard_transcode_failures_total", "Attempts at transcoding that failed");
}
