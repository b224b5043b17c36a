use rstest::rstest;

#[taskward::test]
#[rstest]
#[case(1)]
async fn each(#[case] number: u32) {
    assert_eq!(number, 1);
}

fn main() {}
