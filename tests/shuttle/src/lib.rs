//! Only the tests of this package have content.
