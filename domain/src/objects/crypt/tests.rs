use std::io::Write;

use sha2::{Digest, Sha256};

use super::*;
use crate::config::Secret;

const NAME: &str = "recordings/1/1/2/0.mkv";

fn text(len: u64) -> Vec<u8> {
    (0..len).map(|index| (index * 31 % 251) as u8).collect()
}

fn sealed(key: &DataKey, plain: &[u8]) -> Vec<u8> {
    let (out, sealed) = encrypt(key, NAME, plain, Vec::new()).unwrap();
    assert_eq!(sealed.bytes, out.len() as u64);
    assert_eq!(sealed.sha256, <[u8; 32]>::from(Sha256::digest(&out)));
    out
}

fn opened(key: &DataKey, name: &str, object: &[u8]) -> Result<Vec<u8>, CryptError> {
    let mut out = Vec::new();
    decrypt(key, name, object, &mut out)?;
    Ok(out)
}

fn refused<T: std::fmt::Debug>(result: Result<T, CryptError>) {
    assert!(matches!(result, Err(CryptError::Refused)), "{result:?}");
}

/// Lengths around every edge of the format.
const LENGTHS: [u64; 8] =
    [0, 1, 1000, CHUNK_LEN - 1, CHUNK_LEN, CHUNK_LEN + 1, 2 * CHUNK_LEN, 5 * CHUNK_LEN + 77];

#[test]
fn what_was_encrypted_comes_back() {
    let key = DataKey::generate();
    for len in LENGTHS {
        let object = sealed(&key, &text(len));
        assert_eq!(opened(&key, NAME, &object).unwrap(), text(len));
        assert_eq!(cipher_len(len), object.len() as u64);
        assert_eq!(plain_len(object.len() as u64).unwrap(), len);
    }
}

#[test]
fn small_writes_make_the_same_chunks() {
    let key = DataKey::generate();
    let plain = text(2 * CHUNK_LEN + 5);
    let mut encryptor = Encryptor::new(&key, NAME, Vec::new()).unwrap();
    for piece in plain.chunks(1013) {
        encryptor.write_all(piece).unwrap();
    }
    let (object, _) = encryptor.finish().unwrap();
    assert_eq!(opened(&key, NAME, &object).unwrap(), plain);
}

#[test]
fn an_object_opens_only_with_its_key_and_under_its_name() {
    let key = DataKey::generate();
    let object = sealed(&key, b"spoken words");
    refused(opened(&DataKey::generate(), NAME, &object));
    refused(opened(&key, "recordings/1/1/2/1.mkv", &object));
}

#[test]
fn every_altered_byte_is_noticed() {
    let key = DataKey::generate();
    let object = sealed(&key, &text(300));
    for index in 0..object.len() {
        let mut altered = object.clone();
        altered[index] ^= 1;
        refused(opened(&key, NAME, &altered));
    }
}

#[test]
fn an_object_cut_short_or_made_longer_is_refused() {
    let key = DataKey::generate();
    let object = sealed(&key, &text(3 * CHUNK_LEN));
    let chunk_ends = (0..3).map(|chunk| (HEADER_LEN + chunk * SEALED_CHUNK_LEN) as usize);
    for len in chunk_ends.chain([0, 10, 40, object.len() - 1]) {
        refused(opened(&key, NAME, &object[..len]));
    }
    refused(opened(&key, NAME, &[object.as_slice(), &[0]].concat()));
    let first_again = &object[HEADER_LEN as usize..][..SEALED_CHUNK_LEN as usize];
    refused(opened(&key, NAME, &[object.as_slice(), first_again].concat()));
}

#[test]
fn exchanged_chunks_are_refused() {
    let key = DataKey::generate();
    let object = sealed(&key, &text(3 * CHUNK_LEN));
    let (header, chunks) = object.split_at(HEADER_LEN as usize);
    let chunk = |index: usize| &chunks[index * SEALED_CHUNK_LEN as usize..][..SEALED_CHUNK_LEN as usize];
    refused(opened(&key, NAME, &[header, chunk(1), chunk(0), chunk(2)].concat()));
}

#[test]
fn any_range_can_be_read_alone() {
    let key = DataKey::generate();
    let plain = text(3 * CHUNK_LEN + 100);
    let object = sealed(&key, &plain);
    let len = object.len() as u64;
    let header = object.first_chunk().unwrap();
    let edges =
        [0, 1, CHUNK_LEN - 1, CHUNK_LEN, CHUNK_LEN + 1, 2 * CHUNK_LEN, 3 * CHUNK_LEN, plain.len() as u64];
    for start in edges {
        for end in edges.into_iter().filter(|end| *end > start) {
            let fetch = cipher_range(&(start..end), len).unwrap();
            let chunks = &object[fetch.start as usize..fetch.end as usize];
            let read = decrypt_range(&key, NAME, header, len, &(start..end), chunks).unwrap();
            assert_eq!(read, plain[start as usize..end as usize]);
            let mut altered = chunks.to_vec();
            altered[0] ^= 1;
            refused(decrypt_range(&key, NAME, header, len, &(start..end), &altered));
        }
    }
}

#[test]
fn a_range_past_the_end_is_an_error() {
    let len = cipher_len(1000);
    for range in [0..1001, 1000..1001, 5..5, 9..u64::MAX] {
        assert!(matches!(cipher_range(&range, len), Err(CryptError::Range { .. })));
    }
}

#[test]
fn a_shortened_object_gives_no_range_of_its_last_chunk() {
    let key = DataKey::generate();
    let object = sealed(&key, &text(2 * CHUNK_LEN));
    let shortened = &object[..(HEADER_LEN + SEALED_CHUNK_LEN) as usize];
    let chunks = &shortened[HEADER_LEN as usize..];
    refused(decrypt_range(
        &key,
        NAME,
        object.first_chunk().unwrap(),
        shortened.len() as u64,
        &(0..10),
        chunks,
    ));
}

#[test]
fn lengths_no_object_has_are_errors() {
    for len in [0, 31, 32, 47, HEADER_LEN + SEALED_CHUNK_LEN + 1, HEADER_LEN + SEALED_CHUNK_LEN + TAG_LEN] {
        assert!(matches!(plain_len(len), Err(CryptError::Length(_))), "{len}");
    }
}

#[test]
fn files_round_trip_and_a_refused_one_leaves_nothing() {
    let folder = std::env::temp_dir().join(format!("cordboard-crypt-{}", rand::random::<u64>()));
    std::fs::create_dir(&folder).unwrap();
    let [plain, object, copy] = ["plain", "object", "copy"].map(|name| folder.join(name));
    let key = DataKey::generate();
    std::fs::write(&plain, text(10_000_000)).unwrap();
    let sealed = encrypt_file(&key, NAME, &plain, &object).unwrap();
    assert_eq!(sealed.bytes, std::fs::metadata(&object).unwrap().len());
    assert_eq!(decrypt_file(&key, NAME, &object, &copy).unwrap(), 10_000_000);
    assert_eq!(std::fs::read(&copy).unwrap(), text(10_000_000));
    refused(decrypt_file(&key, "another", &object, &copy));
    assert!(!copy.exists());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_wrapped_data_key_opens_only_with_the_same_secret() {
    let secret = Secret::new("0123456789abcdef0123456789abcdef");
    let key = DataKey::generate();
    let wrapped = key.wrap(&secret);
    assert_eq!(DataKey::unwrap(&wrapped, &secret).unwrap().0, key.0);
    refused(DataKey::unwrap(&wrapped, &Secret::new("another-secret-another-secret-another")));
    for index in 0..wrapped.len() {
        let mut altered = wrapped.clone();
        altered[index] ^= 1;
        refused(DataKey::unwrap(&altered, &secret));
        refused(DataKey::unwrap(&wrapped[..index], &secret));
    }
    assert_eq!(format!("{key:?}"), "DataKey(…)");
}
