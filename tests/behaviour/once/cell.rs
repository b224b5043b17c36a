use std::ptr;

use taskward::Once;

use super::{Runs, work};

#[tokio::test]
async fn the_first_value_is_kept() {
    let once = Once::<u8, String>::new();
    assert_eq!((once.get(), once.error()), (None, None));
    let first = once.get_or_try_init(|| async { Ok(1) }).await.unwrap();
    let second = once.get_or_try_init(|| async { Ok(2) }).await.unwrap();
    assert_eq!(*first, 1);
    assert!(ptr::eq(first, second) && ptr::eq(first, once.get().unwrap()));
    assert_eq!(once.into_inner(), Some(Ok(1)));
}

#[tokio::test]
async fn a_value_can_be_set_unless_there_is_one_or_it_is_being_made() {
    let once = Once::<u8, String>::new();
    let mut making = Box::pin(once.get_or_try_init(std::future::pending));
    assert!(futures::poll!(making.as_mut()).is_pending());
    assert_eq!(once.set(1), Err(1));
    drop(making);
    assert_eq!(once.set(2), Ok(()));
    assert_eq!(once.set(3), Err(3));
    assert_eq!(once.get_or_try_init(|| async { Ok(4) }).await, Ok(&2));
    let failed = Once::<u8, String>::new();
    assert!(failed.get_or_try_init(|| async { Err("no".to_owned()) }).await.is_err());
    assert_eq!(failed.set(1), Err(1));
    assert_eq!(Once::<u8>::from(1).set(2), Err(2));
}

#[tokio::test]
async fn an_error_is_kept_too() {
    let once = Once::<u8, String>::new();
    let failed = once.get_or_try_init(|| async { Err("no".to_owned()) }).await;
    assert_eq!(failed.unwrap_err(), "no");
    assert_eq!(once.get_or_try_init(|| async { Ok(1) }).await.unwrap_err(), "no");
    assert_eq!(once.blocking_get_or_try_init(|| Ok(1)).unwrap_err(), "no");
    assert_eq!((once.get(), once.error()), (None, Some(&"no".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn callers_during_the_initialization_wait_for_it() {
    let (once, runs) = (Once::<usize>::new(), Runs::new());
    let call = async |number| {
        let value = once.get_or_init(|| async {
            let _running = runs.begin();
            work().await;
            number
        });
        *value.await
    };
    let values = futures::future::join_all((0..100).map(call)).await;
    assert_eq!(values, [0; 100]);
    assert_eq!(runs.count(), 1);
}

/// The part before its first `.await` belongs to the initialization.
#[tokio::test(start_paused = true)]
async fn the_initializer_is_called_only_in_its_turn() {
    let (once, runs) = (Once::<u8>::new(), Runs::new());
    let call = || {
        once.get_or_init(|| {
            let running = runs.begin();
            async move {
                work().await;
                drop(running);
                1
            }
        })
    };
    tokio::join!(call(), call());
    assert_eq!(runs.count(), 1);
}

#[test]
fn a_value_may_be_there_from_the_beginning() {
    let once: Once<u8, String> = Once::from(7);
    assert_eq!(once.blocking_get_or_try_init(|| unreachable!()), Ok(&7));
    assert_eq!(format!("{once:?} {:?}", Once::<u8>::default()), "Once(Ok(7)) Once(not made)");
}

#[tokio::test]
async fn a_kept_value_need_not_be_send_or_static() {
    let text = String::from("text");
    let once = Once::<std::rc::Rc<&str>>::new();
    assert_eq!(**once.get_or_init(|| async { std::rc::Rc::new(&text[..2]) }).await, "te");
}
