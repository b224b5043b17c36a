//! Models of the tree.
