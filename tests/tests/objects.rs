//! The object store through its protocol, and what becomes of a store that is away.

use std::io::Write;
use std::time::{Duration, Instant};

use cordboard_tests::services::Servers;
use domain::config::S3Config;
use domain::objects::crypt::{DataKey, Encryptor};
use domain::objects::{ObjectError, Objects};
use futures_util::TryStreamExt;

const MIB: usize = 1024 * 1024;

/// A bucket of this test's own.
async fn bucket() -> S3Config {
    let servers = Servers::shared();
    let name = format!("objects-{:016x}", rand::random::<u64>());
    servers.bucket(&name).await;
    let mut environment = servers.environment();
    let mut variable = |name: &str| environment.remove(name).unwrap();
    S3Config {
        endpoint: variable("S3_ENDPOINT"),
        region: variable("S3_REGION"),
        bucket: name,
        access_key_id: variable("S3_ACCESS_KEY_ID"),
        secret_access_key: variable("S3_SECRET_ACCESS_KEY"),
        path_style: true,
    }
}

async fn objects() -> Objects {
    Objects::new(&bucket().await).unwrap()
}

fn content(len: usize) -> Vec<u8> {
    (0..len).map(|index| (index * 7 % 251) as u8).collect()
}

#[tokio::test]
async fn what_was_put_is_got_listed_and_deleted() {
    let objects = objects().await;
    objects.is_ready().await.unwrap();
    for key in ["recordings/1/a b+ü.mkv", "recordings/1/c.mkv", "recordings/2/d.mkv"] {
        objects.put(key, content(1000).into()).await.unwrap();
    }
    assert_eq!(objects.get("recordings/1/a b+ü.mkv").await.unwrap(), content(1000));
    assert_eq!(objects.get_range("recordings/1/c.mkv", 10..20).await.unwrap(), content(1000)[10..20]);
    assert_eq!(objects.get_range("recordings/1/c.mkv", 990..2000).await.unwrap(), content(1000)[990..]);
    let listed = objects.list("recordings/1/").await.unwrap();
    let keys: Vec<_> = listed.iter().map(|entry| (entry.key.as_str(), entry.bytes)).collect();
    assert_eq!(keys, [("recordings/1/a b+ü.mkv", 1000), ("recordings/1/c.mkv", 1000)]);
    assert_eq!(objects.delete_prefix("recordings/1/").await.unwrap(), 2);
    assert!(objects.list("recordings/1/").await.unwrap().is_empty());
    assert_eq!(objects.list("").await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_missing_object_is_not_found_and_deleting_it_is_no_error() {
    let objects = objects().await;
    assert!(matches!(objects.get("none").await, Err(ObjectError::NotFound)));
    assert!(matches!(objects.get_range("none", 0..9).await, Err(ObjectError::NotFound)));
    objects.delete("none").await.unwrap();
    let nowhere = objects.put_file("none", "/nonexistent".as_ref()).await;
    assert!(matches!(nowhere, Err(ObjectError::Local(_))), "{nowhere:?}");
}

#[tokio::test]
async fn files_of_any_size_arrive_whole() {
    let objects = objects().await;
    for len in [0, 1, 8 * MIB, 20 * MIB + 12_345] {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&content(len)).unwrap();
        objects.put_file("file", file.path()).await.unwrap();
        assert!(objects.get("file").await.unwrap() == content(len), "{len} bytes");
    }
}

#[tokio::test]
async fn an_encrypted_object_is_read_by_ranges() {
    let objects = objects().await;
    let key = DataKey::generate();
    let plain = content(3 * MIB + 77);
    let mut encryptor = Encryptor::new(&key, "video.mp4", Vec::new()).unwrap();
    encryptor.write_all(&plain).unwrap();
    let (sealed, summary) = encryptor.finish().unwrap();
    objects.put("video.mp4", sealed.into()).await.unwrap();

    let video = objects.open_encrypted("video.mp4", &key, summary.bytes).await.unwrap();
    assert_eq!(video.len(), plain.len() as u64);
    assert_eq!(video.read(100_000..200_000).await.unwrap(), plain[100_000..200_000]);
    let streamed: Vec<_> = video.stream(70_000..plain.len() as u64).try_collect().await.unwrap();
    assert!(streamed.concat() == plain[70_000..]);
    let wrong = objects.open_encrypted("video.mp4", &DataKey::generate(), summary.bytes).await.unwrap();
    assert!(matches!(wrong.read(0..10).await, Err(ObjectError::Crypt(_))));
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_says_no_secret() {
    let config = bucket().await;
    let wrong = S3Config { secret_access_key: "wrong-secret".to_owned(), ..config };
    let objects = Objects::new(&wrong).unwrap();
    let error = objects.put("a", content(10).into()).await.unwrap_err();
    assert!(matches!(error, ObjectError::Refused(_)), "{error}");
    assert!(!error.to_string().contains("wrong-secret"), "{error}");
    assert!(objects.is_ready().await.is_err());
}

#[tokio::test]
async fn a_store_that_is_away_is_unavailable_soon() {
    let config = S3Config { endpoint: "http://127.0.0.1:9".to_owned(), ..bucket().await };
    let objects = Objects::new(&config).unwrap();
    let started = Instant::now();
    assert!(matches!(objects.is_ready().await, Err(ObjectError::Unavailable(_))));
    assert!(started.elapsed() < Duration::from_secs(1));
    let error = objects.get("a").await.unwrap_err();
    assert!(matches!(error, ObjectError::Unavailable(_)), "{error}");
    assert!(started.elapsed() < Duration::from_secs(10));
}
